import Foundation
import Platform
import Subprocess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Cuts images with libvips in a process of its own, which a hostile image can end without harm: it
/// gets the image through a pipe and gives the tiles back through one, so that no pixel lies on the
/// disk unsealed.
package struct Vips: Tiler {
  /// Seconds of one processor that an image may take.
  package static let secondLimit = 120
  /// Seconds that it may take in all.
  package static let waitLimit = 300
  /// KiB that the process may map: enough to turn an image of `ImageProbe.pixelLimit`.
  package static let memoryLimit = 6 * 1024 * 1024

  /// Of each process that decodes.
  static let environment = [
    // Formats whose readers were not made for hostile files, and swapping to the disk, are off.
    "VIPS_BLOCK_UNTRUSTED": "1", "VIPS_DISC_THRESHOLD": "6g",
    // Its modules lie below its home: without one it loads none of them (ImageMagick, poppler, …),
    // which is half of the time of a small picture, and reads JPEG, PNG, GIF, WebP and TIFF by itself.
    "VIPSHOME": "/nonexistent",
  ]

  private let secondLimit: Int
  private let waitLimit: Int
  private let memoryLimit: Int
  /// Cutting takes all cores and much memory, so it is done one at a time; small pictures are made on each
  /// core.
  private let cutting = WaitingLine(places: 1)
  private let shrinking: WaitingLine
  private let workers: PictureWorkers?

  /// - Parameter program: one that makes small pictures when it is asked for `SmallPictures.command`; without
  ///   it each is made by a program that is started for it.
  /// - Returns: nil where the program is not installed.
  package init?(
    program: String? = nil, secondLimit: Int = Vips.secondLimit,
    waitLimit: Int = Vips.waitLimit, memoryLimit: Int = Vips.memoryLimit
  ) async {
    self.secondLimit = secondLimit
    self.waitLimit = waitLimit
    self.memoryLimit = memoryLimit
    let places = ProcessInfo.processInfo.activeProcessorCount
    shrinking = WaitingLine(places: places)
    workers = program.map {
      PictureWorkers(
        .init(
          program: $0, secondLimit: secondLimit, waitLimit: waitLimit, memoryLimit: memoryLimit),
        places: places)
    }
    guard (try? await Executable.name("vips").resolveExecutablePath(in: .inherit)) != nil else {
      return nil
    }
    // The program may end before it has read everything; that is an error of a write, not of this process.
    signal(SIGPIPE, SIG_IGN)
  }

  package func tile(_ image: ImageSource, size: Int, write: (Data) throws -> Void) async throws {
    try await cutting.inTurn { try await run(image, size, write) }
  }

  package func thumbnail(_ image: ImageSource, size: Int) async throws -> Data {
    try await small(
      PictureOrder(width: size, height: size, isForced: false, kind: .jpeg), of: image)
  }

  package func rendition(_ image: ImageSource) async throws -> Data {
    // The longest that a JPEG has; no image is made larger than it is.
    let side = 65_500
    return try await small(
      PictureOrder(width: side, height: side, isForced: false, kind: .fine), of: image)
  }

  package func shades(_ image: ImageSource, width: Int, height: Int) async throws -> [UInt8] {
    let order = PictureOrder(width: width, height: height, isForced: true, kind: .map)
    let picture = [UInt8](try await small(order, of: image))
    // A portable map: its head in words, then a byte or three for each pixel.
    let pixels = width * height
    switch picture.starts(with: Array("P5".utf8)) ? 1 : 3 {
    case 1 where picture.count >= pixels: return Array(picture.suffix(pixels))
    case 3 where picture.count >= 3 * pixels:
      let colours = Array(picture.suffix(3 * pixels))
      return (0..<pixels).map { pixel in
        let sum = 299 * Int(colours[3 * pixel]) + 587 * Int(colours[3 * pixel + 1])
        return UInt8((sum + 114 * Int(colours[3 * pixel + 2])) / 1000)
      }
    default: throw TilingFault("the picture is cut off")
    }
  }

  package func masked(_ image: ImageSource, mask: Data, colour: Data) async throws -> Data {
    // Where faces are is not who they are: only this lies outside of the pipe, and goes at once.
    let place = "\(NSTemporaryDirectory())/assay-mask-\(UUID().uuidString)"
    let files = ["\(place).png", "\(place)-colour.png"]
    defer { for file in files { unlink(file) } }
    for (path, bytes) in zip(files, [mask, colour]) { try bytes.write(to: URL(filePath: path)) }
    let isJPEG = image.type == "image/jpeg"
    let source = Self.source(image)
    let target = isJPEG ? ".jpg[Q=92]" : image.type == "image/webp" ? ".webp[Q=92]" : ".png"
    return try await shrinking.inTurn {
      var bytes = Data()
      try await run("vips", ["ifthenelse"] + files + [source, target], image) { bytes += $0 }
      return bytes
    }
  }

  /// A small picture, turned upright by itself, and reduced while it is decoded where its format can do that.
  private func small(_ order: PictureOrder, of image: ImageSource) async throws -> Data {
    try await shrinking.inTurn {
      if image.size <= PictureWorker.imageLimit,
        let made = try await workers?.picture(order, of: image)
      {
        return made
      }
      var bytes = Data()
      let size = "\(order.width)x\(order.height)\(order.isForced ? "!" : ">")"
      let turning = image.type == "image/webp" ? ["--no-rotate"] : []
      let plain = ["stdin", "--size", size, "--output", order.kind.suffix] + turning
      // What says nothing of its colours is sRGB, and from that to sRGB they stay what they are.
      let managed = plain + ["--import-profile", "srgb", "--export-profile", "srgb"]
      do {
        try await run("vipsthumbnail", managed, image) { bytes += $0 }
      } catch let fault as TilingFault where fault.isItsWord && bytes.isEmpty {
        // Shades of grey have no such profile.
        try await run("vipsthumbnail", plain, image) { bytes += $0 }
      }
      guard !bytes.isEmpty else { throw TilingFault("there is no picture") }
      return bytes
    }
  }

  /// As libvips calls what comes through the pipe. Only its readers of JPEG and TIFF know of turning.
  private static func source(_ image: ImageSource) -> String {
    let isTurned = ["image/jpeg", "image/tiff"].contains(image.type)
    return "stdin[access=sequential\(isTurned ? ",autorotate=true" : "")]"
  }

  private func run(
    _ image: ImageSource, _ size: Int, _ write: (Data) throws -> Void
  ) async throws {
    // Pixels that were kept exactly stay so.
    let suffix = image.type == "image/jpeg" ? ".jpg[Q=92]" : ".png[compression=1]"
    let source = Self.source(image)
    let target = ".dz[tile_size=\(size),overlap=0,suffix=\(suffix)]"
    var written = 0
    func take(_ bytes: Data) throws {
      written += bytes.count
      try write(bytes)
    }
    do {
      // Tiles carry no profile, so their colours are brought to sRGB; what says nothing is taken as that.
      let transform = [
        "icc_transform", source, target, "srgb", "--embedded", "--input-profile", "srgb",
      ]
      try await run("vips", transform, image, take)
    } catch is TilingFault where written == 0 {
      // Shades of grey have no such profile.
      try await run("vips", ["copy", source, target], image, take)
    }
  }

  private func run(
    _ program: String, _ arguments: [String], _ image: ImageSource,
    _ write: (Data) throws -> Void
  ) async throws {
    let limits = "ulimit -t \(secondLimit) && ulimit -v \(memoryLimit)"
    let command = "\(limits) && exec timeout -s KILL \(waitLimit) \"$@\""
    do {
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: .init(["-c", command, "sh", program] + arguments),
        environment: .inherit.updating(
          Dictionary(
            uniqueKeysWithValues: Self.environment.map { (Environment.Key(stringLiteral: $0), $1) })
        ),
        input: .inputWriter, output: .sequence, error: .discarded
      ) { execution in
        let input = execution.standardInputWriter
        // Its input ends whatever happens, or it would wait for more for ever.
        async let unread = Self.feed(image) {
          try await input.write($0)
        } end: {
          try? await input.finish()
        }
        do {
          for try await buffer in execution.standardOutput {
            try write(buffer.withUnsafeBytes { Data($0) })
          }
        } catch {
          try? execution.send(signal: .kill)
          throw error
        }
        return await unread
      }
      if let unread = result.closureResult { throw unread }
      guard result.terminationStatus.isSuccess else {
        // A shell says 128 and the signal of what was ended for its limits; vips says 255 or 1.
        var isItsWord = false
        if case .exited(let code) = result.terminationStatus {
          isItsWord = code < 128 || code == 255
        }
        throw TilingFault("\(result.terminationStatus)", isItsWord: isItsWord)
      }
    } catch let error as SubprocessError {
      throw TilingFault("\(error)")
    }
  }
}

extension Vips {
  /// - Returns: why the image could not be read to its end. That the program does not want more of it
  ///   is no reason: it says why itself.
  private static func feed(
    _ image: ImageSource, write: (Data) async throws -> Int, end: () async -> Void
  ) async -> (any Error)? {
    var unread: (any Error)?
    for index in 0..<image.chunks {
      let bytes: Data
      do {
        bytes = try image.chunk(index)
      } catch {
        unread = error
        break
      }
      guard (try? await write(bytes)) == bytes.count else { break }
    }
    await end()
    return unread
  }
}
