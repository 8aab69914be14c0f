import Formats
import Foundation

/// A page of a bucket's keys, as ListObjectsV2 answers it.
struct BucketPage: Hashable {
  var files: [RemoteFile] = []
  /// Asks for the next page; nil on the last.
  var mark: String?

  /// - Throws: `RemoteFault` for what is no such answer.
  init(_ bytes: Data) throws(RemoteFault) {
    let owner = MappedBytes([UInt8](bytes))
    do {
      guard try withExtendedLifetime(owner, { try read(owner.xml()) }) else {
        throw RemoteFault("the store answers what is no list of keys")
      }
    } catch let fault as XMLScanner.Fault {
      throw RemoteFault("the store answers what is no list of keys: \(fault.problem)")
    } catch {
      throw (error as? RemoteFault) ?? RemoteFault("\(error)")
    }
  }

  /// - Returns: whether it is such a list.
  private mutating func read(_ start: XMLScanner) throws -> Bool {
    var scanner = start
    var path: [String] = []
    var text = ""
    var file = RemoteFile(key: "", version: "")
    var isEncoded = false
    reading: while true {
      switch try scanner.next() {
      case .open(let name, _):
        path.append(name)
        text = ""
        if path == ["ListBucketResult", "Contents"] { file = RemoteFile(key: "", version: "") }
      case .text(let more): text += more
      case .close(let name):
        switch path.dropFirst() {
        case ["EncodingType"]: isEncoded = text == "url"
        case ["NextContinuationToken"]: mark = text.isEmpty ? nil : text
        case ["Contents", "Key"]: file.key = text
        case ["Contents", "ETag"]: file.version = text.filter { $0 != "\"" }
        case ["Contents", "Size"]: file.size = Int(text)
        case ["Contents"]: files.append(file)
        default: break
        }
        guard name != "ListBucketResult" || path.count > 1 else { break reading }
        path.removeLast()
        text = ""
      case .end: break reading
      }
    }
    guard path == ["ListBucketResult"] else { return false }
    // The element that says so may come after the keys.
    guard isEncoded else { return true }
    for place in files.indices {
      let key = files[place].key
      files[place].key = key.replacing("+", with: " ").removingPercentEncoding ?? key
    }
    return true
  }
}

/// What is wrong with a place elsewhere, for people.
struct RemoteFault: Error, Hashable {
  var sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}
