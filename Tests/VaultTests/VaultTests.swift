import Crypto
import Dispatch
import Foundation
import Testing

@testable import Vault

@Suite struct SealTests {
  private let key = DataKey(vault: "a")

  @Test func whatIsSealedOpensInItsPlaceOnly() throws {
    let sealed = key.seal(Data("secret".utf8), table: "tasks", row: "1")
    #expect(try key.open(sealed, table: "tasks", row: "1") == Data("secret".utf8))
    #expect(throws: SealBroken.self) { try key.open(sealed, table: "tasks", row: "2") }
    #expect(throws: SealBroken.self) { try key.open(sealed, table: "answers", row: "1") }
    let sameKeyOtherVault = DataKey(vault: "b", key: key.key)
    #expect(throws: SealBroken.self) {
      try sameKeyOtherVault.open(sealed, table: "tasks", row: "1")
    }
  }

  @Test func aChangedByteIsNoticed() throws {
    var sealed = key.seal(Data("secret".utf8), table: "tasks", row: "1")
    sealed[14] ^= 1
    #expect(throws: SealBroken.self) { try key.open(sealed, table: "tasks", row: "1") }
    #expect(throws: SealBroken.self) { try key.open(Data(), table: "tasks", row: "1") }
  }

  /// Two libraries, one cipher: each opens what the other sealed.
  @Test(arguments: [0, 1, 15, 16, 17, 4096, 70_000])
  func itIsTheAESGCMOfAnotherLibrary(count: Int) throws {
    let shared = SymmetricKey(size: .bits256)
    let cipher = ContentCipher(shared)
    let plain = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let place = Data("a/tasks/1".utf8)
    let ours = cipher.seal(plain) { $0.append(contentsOf: place) }
    let opened = try AES.GCM.open(.init(combined: ours), using: shared, authenticating: place)
    #expect(opened == plain)
    let theirs = try #require(
      AES.GCM.seal(plain, using: shared, authenticating: place).combined)
    #expect(cipher.open(theirs) { $0.append(contentsOf: place) } == plain)
    #expect(cipher.open(theirs) { $0.append(0) } == nil)
  }

  @Test func aSealCutShortOrOfManyPiecesIsHandled() {
    let cipher = ContentCipher(SymmetricKey(size: .bits256))
    let sealed = cipher.seal(Data("secret".utf8)) { _ in }
    for count in 0..<sealed.count { #expect(cipher.open(sealed.prefix(count)) { _ in } == nil) }
    var pieces = DispatchData.empty
    for byte in sealed { withUnsafeBytes(of: byte) { pieces.append(DispatchData(bytes: $0)) } }
    #expect(cipher.open(pieces) { _ in } == Data("secret".utf8))
  }

  @Test func manyThreadsSealUnderOneKey() async throws {
    let key = key
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<16 {
        group.addTask {
          for round in 0..<200 {
            let plain = Data("\(worker) \(round)".utf8)
            let sealed = key.seal(plain, table: "t", row: "\(worker)")
            let opened = try key.open(sealed, table: "t", row: "\(worker)")
            #expect(opened == plain)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func noTwoSealsAreAlike() {
    let seals = Set((0..<1000).map { _ in key.seal(Data("x".utf8), table: "t", row: "r") })
    #expect(seals.count == 1000)
  }

  @Test func pseudonymsAndAddressesDifferFromVaultToVault() {
    let other = DataKey(vault: "b")
    #expect(key.pseudonym(of: "ann") == key.pseudonym(of: "ann"))
    #expect(key.pseudonym(of: "ann") != other.pseudonym(of: "ann"))
    let hash = Data(SHA256.hash(data: Data("file".utf8)))
    #expect(key.blobAddress(sha256: hash) != other.blobAddress(sha256: hash))
  }

  @Test func aLinkIsForOneObjectOneReaderAndOneTime() {
    let signature = key.linkSignature(object: "o", reader: "r", expires: 5)
    #expect(key.isLinkSignature(signature, object: "o", reader: "r", expires: 5))
    #expect(!key.isLinkSignature(signature, object: "p", reader: "r", expires: 5))
    #expect(!key.isLinkSignature(signature, object: "o", reader: "s", expires: 5))
    #expect(!key.isLinkSignature(signature, object: "o", reader: "r", expires: 6))
  }

  @Test func aWrappedKeyOpensWithItsMasterAndForItsClient() throws {
    let master = MasterKey()
    let wrapped = try master.wrap(key)
    let sealed = key.seal(Data("x".utf8), table: "t", row: "r")
    let again = try master.unwrap(wrapped, vault: "a")
    #expect(try again.open(sealed, table: "t", row: "r") == Data("x".utf8))
    #expect(throws: SealBroken.self) { try master.unwrap(wrapped, vault: "b") }
    #expect(throws: SealBroken.self) { try MasterKey().unwrap(wrapped, vault: "a") }
    #expect(MasterKey(hexadecimal: master.hexadecimal)?.fingerprint == master.fingerprint)
    #expect(MasterKey(hexadecimal: "12") == nil)
  }
}

@Suite struct SealedStreamTests {
  @Test(arguments: [0, 1, SealedStream.chunkSize - 1, SealedStream.chunkSize,
    SealedStream.chunkSize + 1, 3 * SealedStream.chunkSize])
  func sizesAddUp(count: Int) throws {
    let key = DataKey(vault: "a")
    let plain = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    var writer = SealedStreamWriter(key: key, name: "s")
    var sealed = Data()
    for start in stride(from: 0, to: count, by: 10_000) {
      sealed += writer.append(plain[start..<min(count, start + 10_000)])
    }
    sealed += writer.finish()
    #expect(SealedStream.plainSize(sealedSize: sealed.count) == count)
    var opened = Data()
    let size = SealedStream.sealedChunkSize
    for (index, start) in stride(from: 0, to: sealed.count, by: size).enumerated() {
      let end = min(sealed.count, start + size)
      opened += try key.open(
        sealed[start..<end], table: "stream",
        row: SealedStream.chunkName("s", index, isLast: end == sealed.count))
    }
    #expect(opened == plain)
  }
}

@Suite struct JournalTests {
  private func chain(_ count: Int) -> [JournalEntry] {
    var entries: [JournalEntry] = []
    for index in 0..<count {
      entries.append(
        JournalEntry(
          after: entries.last.map { ($0.number, $0.hash) }, at: Int64(index), actor: "user:1",
          action: "task.canceled", subject: "\(index)", detail: "{}"))
    }
    return entries
  }

  private func fault(_ entries: [JournalEntry]) -> JournalVerifier.Fault? {
    var verifier = JournalVerifier()
    do throws(JournalVerifier.Fault) {
      for entry in entries { try verifier.follow(entry) }
      return nil
    } catch { return error }
  }

  @Test func anUntouchedJournalVerifies() { #expect(fault(chain(50)) == nil) }

  @Test func anyChangeIsFound() {
    var changed = chain(10)
    changed[4].subject = "other"
    #expect(fault(changed) == .changed(number: 5))
    var dropped = chain(10)
    dropped.remove(at: 3)
    #expect(fault(dropped) == .gap(found: 5, expected: 4))
    var swapped = chain(10)
    swapped.swapAt(2, 3)
    #expect(fault(swapped) == .gap(found: 4, expected: 3))
    var moved = chain(3)
    moved[1].actor = "user:1task.canceled"
    moved[1].action = ""
    #expect(fault(moved) == .changed(number: 2))
  }
}

@Suite struct RandomBufferTests {
  @Test func wordsDoNotRepeat() {
    let words = (0..<10_000).map { _ in RandomBuffer.shared.next() }
    #expect(Set(words).count == words.count)
  }
}
