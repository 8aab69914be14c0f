import COpenSSL
import Crypto
import Foundation
import Synchronization

/// AES-256-GCM (NIST SP 800-38D) under one key, by OpenSSL's libcrypto.
///
/// The key is scheduled once for each context, and contexts are used again: a task's content is a
/// few hundred bytes, and scheduling its key at each seal costs three times the sealing
/// (docs/decisions/0007).
///
/// Layout of what is sealed: 12 bytes nonce, ciphertext, 16 bytes tag.
final class ContentCipher: Sendable {
  static let nonceSize = 12
  static let tagSize = 16
  static let overhead = nonceSize + tagSize

  /// Bytes from which on what is opened into room of one's own is opened by swift-crypto, whose BoringSSL
  /// takes more blocks at a step: that outweighs a key scheduled anew and bytes that are copied once more.
  static let longSize = 16 * 1024

  private let key: SymmetricKey
  private let sealing: ContextPool
  private let opening: ContextPool

  init(_ key: SymmetricKey) {
    precondition(key.bitCount == 256, "AES-256 takes 256 bits of key")
    self.key = key
    sealing = ContextPool(key, isSealing: true)
    opening = ContextPool(key, isSealing: false)
  }

  /// - Parameter place: appends the associated data, what the seal vouches for.
  /// - Complexity: O(bytes); 28 bytes more than the plain text.
  func seal(_ plain: some DataProtocol, place: (inout [UInt8]) -> Void) -> Data {
    let context = sealing.take()
    defer { sealing.put(context) }
    context.setPlace(place)
    var sealed = Data(count: plain.count + Self.overhead)
    let isSealed = sealed.withUnsafeMutableBytes { output in
      plain.withContiguous { context.seal($0, into: output) }
    }
    // Sealing fails only for a wrong key or nonce size, and both are fixed here.
    precondition(isSealed, "AES-GCM refused a 256-bit key")
    return sealed
  }

  /// Opens into room that is there already, of `sealed.count - overhead` bytes; false as `open` gives
  /// nothing.
  func open(
    _ sealed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    place: (inout [UInt8]) -> Void
  ) -> Bool {
    guard sealed.count >= Self.overhead, output.count >= sealed.count - Self.overhead else {
      return false
    }
    if sealed.count >= Self.longSize { return openLong(sealed, into: output, place: place) }
    let context = opening.take()
    defer { opening.put(context) }
    context.setPlace(place)
    return context.open(sealed, into: output)
  }

  private func openLong(
    _ sealed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    place: (inout [UInt8]) -> Void
  ) -> Bool {
    guard let start = sealed.baseAddress else { return false }
    var data: [UInt8] = []
    place(&data)
    let combined = Data(
      bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: sealed.count, deallocator: .none
    )
    guard let box = try? AES.GCM.SealedBox(combined: combined),
      let plain = try? AES.GCM.open(box, using: key, authenticating: data)
    else { return false }
    plain.withUnsafeBytes { output.copyMemory(from: $0) }
    return true
  }

  /// The plain bytes, or nothing when the key is another, or the bytes or their place were changed.
  func open(_ sealed: some DataProtocol, place: (inout [UInt8]) -> Void) -> Data? {
    guard sealed.count >= Self.overhead else { return nil }
    let context = opening.take()
    defer { opening.put(context) }
    context.setPlace(place)
    var plain = Data(count: sealed.count - Self.overhead)
    let isOpen = plain.withUnsafeMutableBytes { output in
      sealed.withContiguous { context.open($0, into: output) }
    }
    return isOpen ? plain : nil
  }
}

/// Contexts at rest; as many as ever worked at one time.
private final class ContextPool: Sendable {
  private let key: SymmetricKey
  private let isSealing: Bool
  private let idle = Mutex<[CipherContext]>([])

  init(_ key: SymmetricKey, isSealing: Bool) {
    self.key = key
    self.isSealing = isSealing
  }

  func take() -> CipherContext {
    idle.withLock { $0.popLast() } ?? CipherContext(key, isSealing: isSealing)
  }

  func put(_ context: CipherContext) { idle.withLock { $0.append(context) } }
}

/// A key scheduled for one direction, and room for the associated data. Used by one at a time: its
/// pool hands it out.
private final class CipherContext: @unchecked Sendable {
  private let context: OpaquePointer
  private var place: [UInt8] = []

  init(_ key: SymmetricKey, isSealing: Bool) {
    guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("out of memory") }
    self.context = context
    place.reserveCapacity(96)
    let code = key.withUnsafeBytes {
      EVP_CipherInit_ex(
        context, EVP_aes_256_gcm(), nil, $0.bindMemory(to: UInt8.self).baseAddress, nil,
        isSealing ? 1 : 0)
    }
    precondition(code == 1, "libcrypto has no AES-256-GCM")
  }

  /// Wipes the key's schedule.
  deinit { EVP_CIPHER_CTX_free(context) }

  func setPlace(_ append: (inout [UInt8]) -> Void) {
    place.removeAll(keepingCapacity: true)
    append(&place)
  }

  func seal(_ plain: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
    guard let start = output.bindMemory(to: UInt8.self).baseAddress else { return false }
    // 96 random bits (SP 800-38D §8.2.2).
    withUnsafeBytes(of: RandomBuffer.shared.nextPair()) {
      output.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<ContentCipher.nonceSize]))
    }
    let text = start + ContentCipher.nonceSize
    return begin(nonce: start) && update(plain, into: text) && finish(text)
      && EVP_CIPHER_CTX_ctrl(
        context, assay_aead_get_tag, Int32(ContentCipher.tagSize), text + plain.count) == 1
  }

  func open(_ sealed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
    guard let start = sealed.bindMemory(to: UInt8.self).baseAddress else { return false }
    var nothing: UInt8 = 0
    let end = sealed.count - ContentCipher.tagSize
    let cipherText = UnsafeRawBufferPointer(rebasing: sealed[ContentCipher.nonceSize..<end])
    return withUnsafeMutablePointer(to: &nothing) { nowhere in
      let plain = output.bindMemory(to: UInt8.self).baseAddress ?? nowhere
      return begin(nonce: start) && update(cipherText, into: plain)
        && EVP_CIPHER_CTX_ctrl(
          context, assay_aead_set_tag, Int32(ContentCipher.tagSize),
          UnsafeMutableRawPointer(mutating: start + end)) == 1
        && finish(plain)
    }
  }

  private func begin(nonce: UnsafePointer<UInt8>) -> Bool {
    var written: Int32 = 0
    return EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1) == 1
      && EVP_CipherUpdate(context, nil, &written, place, Int32(place.count)) == 1
  }

  /// In pieces, since libcrypto counts in 32 bits.
  private func update(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard var next = input.bindMemory(to: UInt8.self).baseAddress else { return true }
    var (output, left) = (output, input.count)
    while left > 0 {
      let piece = min(left, 1 << 30)
      var written: Int32 = 0
      guard EVP_CipherUpdate(context, output, &written, next, Int32(piece)) == 1 else {
        return false
      }
      next += piece
      output += piece
      left -= piece
    }
    return true
  }

  /// GCM writes nothing here; opening compares the tag.
  private func finish(_ output: UnsafeMutablePointer<UInt8>) -> Bool {
    var written: Int32 = 0
    return EVP_CipherFinal_ex(context, output, &written) == 1
  }
}

extension DataProtocol {
  /// The bytes in one piece, copied only where they lie in several.
  fileprivate func withContiguous<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    if regions.count == 1, let region = regions.first { return region.withUnsafeBytes(body) }
    return Array(self).withUnsafeBytes(body)
  }
}
