import ArgumentParser
import Foundation
import Notation
import Platform
import Store
import StoreSQLite

/// Where the parts come together: this is the only place that knows the database product.
enum Composition {
  static let openDatabase: DataEngine.OpenDatabase = { path in try SQLiteDatabase(path: path) }

  static func engine(_ path: String) async throws -> DataEngine {
    do {
      return try await DataEngine.open(DataFolder(path: path), openDatabase: openDatabase)
    } catch {
      throw Failure(error)
    }
  }

  /// Runs `body` with the engine and closes it, whatever happens.
  static func with<T>(
    _ path: String, _ body: (DataEngine) async throws -> T
  ) async throws -> T {
    let engine = try await engine(path)
    do {
      let result = try await body(engine)
      await engine.close()
      return result
    } catch {
      await engine.close()
      throw Failure(error)
    }
  }
}

/// Something failed, in words for the terminal.
struct Failure: Error, CustomStringConvertible {
  var description: String

  init(_ message: String, remedy: String? = nil) {
    description = message + (remedy.map { "\n" + $0 } ?? "")
  }

  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let refusal as Refusal: self.init(refusal)
    case let fault as Backup.Fault: self.init(Self.words(fault))
    default:
      let (message, remedy) = Doctor.words(error)
      self.init(message, remedy: remedy)
    }
  }

  private init(_ refusal: Refusal) {
    switch refusal {
    case .unknown(let thing, let name): self.init("there is no \(thing.rawValue) “\(name)”")
    case .taken(let thing, let name): self.init("there is a \(thing.rawValue) “\(name)” already")
    case .invalid(let path, let problem): self.init("\(path) \(problem)")
    default: self.init("\(refusal)")
    }
  }

  private static func words(_ fault: Backup.Fault) -> String {
    switch fault {
    case .exists(let path): "\(path) exists already; nothing was touched"
    case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
    case .cannotRead(let path, let reason): "\(path) cannot be read: \(reason)"
    case .notABackup(let path, let reason): "\(path) is not a whole backup: \(reason)"
    case .damaged(let entry): "the backup is damaged: \(entry) is not what was written"
    case .missing(let entry): "the backup is damaged: \(entry) is missing"
    case .journal(let vault, let fault): "the journal of \(vault) does not hold: \(fault)"
    }
  }
}

/// `--json` and the two ways of answering.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Answer as JSON, for programs.")
  var json = false

  func print(_ value: JSON, _ text: @autoclosure () -> String) {
    Swift.print(json ? value.text : text())
  }
}

struct DataOptions: ParsableArguments {
  @Option(help: "The data folder.")
  var data = "./assay-data"
}

enum Console {
  /// A line on standard output that is there at once, whoever reads it.
  static func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// The first line of standard input, for passwords.
  static func password() throws -> String {
    guard let line = readLine(strippingNewline: true), !line.isEmpty else {
      throw Failure("no password came on standard input")
    }
    return line
  }
}

/// A file that a command was given; `-` is standard input, which can be read once.
enum InputFile {
  static func bytes(_ path: String) throws -> [UInt8] {
    let data =
      path == "-"
      ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
    guard let data else { throw Failure("\(path) cannot be read") }
    return [UInt8](data)
  }
}
