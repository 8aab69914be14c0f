import Formats
import Foundation
import Labels
import Notation

extension Assets {
  /// What a file is by its bytes, whatever it is called.
  struct Looks {
    /// As `image/jpeg`.
    var type = "application/octet-stream"
    var imageSize: ImageSize?
    /// Fields of an item.
    var facts: [JSON.Member] = []

    /// - Throws: `.unsupportedMedia` for what is not accepted.
    init(_ bytes: Data, _ accepted: Accepted) throws {
      let found = bytes.withUnsafeBytes { Self.look($0.bindMemory(to: UInt8.self), accepted) }
      switch found {
      case .success(let looks): self = looks
      case .failure(let refusal):
        guard case .anything = accepted else { throw refusal }
      }
      if case .media(let wanted) = accepted,
        !wanted.contains(where: { type.hasPrefix("\($0.rawValue)/") })
      {
        let names = wanted.map(\.rawValue).joined(separator: " or ")
        throw Refusal.unsupportedMedia(what: "it is \(type); here \(names) is asked for")
      }
    }

    private init() {}

    /// The field that says what a recording or film is.
    static let mediaField = "media_type"

    private static func look(
      _ bytes: UnsafeBufferPointer<UInt8>, _ accepted: Accepted
    ) -> Result<Looks, Refusal> {
      var looks = Looks()
      do {
        let probe = try ImageProbe(bytes)
        looks.type = probe.kind.rawValue
        looks.imageSize = ImageSize(width: probe.width, height: probe.height)
        looks.facts = ExifFacts(bytes)?.metadata ?? []
        let pages = TIFFProbe.pages(bytes)
        if pages > 1 { looks.facts.append(.init("pages", .count(pages))) }
        // Of what these note nobody knows how to take the place out.
        if case .media = accepted, [.tiff, .bmp].contains(probe.kind) {
          return .failure(
            .unsupportedMedia(what: "it is \(looks.type); send PNG, JPEG, GIF or WebP"))
        }
        return .success(looks)
      } catch ImageProbe.Fault.notAnImage(let likeness) {
        if case .images = accepted {
          return .failure(
            .unsupportedMedia(what: ImageProbe.Fault.notAnImage(looksLike: likeness).sentence))
        }
        do {
          let probe = try MediaProbe(bytes)
          looks.type = probe.type
          looks.facts = [.init(mediaField, .string(probe.type))]
          if let seconds = probe.seconds { looks.facts.append(.init("seconds", .double(seconds))) }
          return .success(looks)
        } catch MediaProbe.Fault.damaged(let what) {
          return .failure(.unsupportedMedia(what: "the file is damaged: \(what)"))
        } catch {
          return .failure(
            .unsupportedMedia(
              what: "it is \(likeness ?? "no kind of file that is known"); \(mediaKinds(accepted))")
          )
        }
      } catch {
        return .failure(.unsupportedMedia(what: error.sentence))
      }
    }

    /// What files of a type are called at their end; nil where that is not known.
    static func fileExtension(_ type: String) -> String? {
      if let kind = ImageProbe.Kind(rawValue: type) { return kind.fileExtension }
      return [
        "audio/wav": "wav", "audio/flac": "flac", "audio/mpeg": "mp3", "audio/aac": "aac",
        "audio/ogg": "ogg", "audio/webm": "webm", "audio/mp4": "m4a", "video/mp4": "mp4",
        "video/webm": "webm", "video/quicktime": "mov", "video/ogg": "ogv",
      ][type]
    }

    private static func mediaKinds(_ accepted: Accepted) -> String {
      let others = if case .media = accepted { " or WebP" } else { ", WebP, TIFF or BMP" }
      return "send PNG, JPEG, GIF\(others); WAV, FLAC, MP3, AAC, Ogg, MP4, QuickTime or WebM"
    }
  }
}
