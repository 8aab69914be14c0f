import Labels
import Notation

extension DatasetFormat {
  package static let tfRecord = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "tfrecord", name: "TFRecord", layout: "`SUBSET.tfrecord`, `label_map.pbtxt`",
      source: "tensorflow.org, TFRecord and tf.train.Example; the keys of the Object Detection API",
      holds: [.box, .whole],
      carries: [.text, .textName, .score, .crowd], carriesOf: [.whole: []],
      subsetOfNone: "items",
      notes: """
        Boxes are shares of the image's width and height, classes numbered from 1 as in the label map. \
        Images that are there are inside. Texts are `text`, classes of a whole item `image/class/…`; \
        scores `image/object/score`, crowds `image/object/is_crowd`. Each record is kept by its checksums.
        """, hasImagesInside: true),
    matches: { !TFRecord.files($0).isEmpty },
    read: { TFRecordReader($0, $1) },
    write: { sink, _, diagnostics in TFRecordWriter(sink, diagnostics) })
}

/// A record on disk: length, its masked CRC-32C, bytes, their masked CRC-32C.
enum TFRecord {
  /// `train.tfrecord`, and shards as TensorFlow's tools call them: `train.record-00000-of-00010`.
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files.filter { name in
      guard let parts = DatasetFolder.kind(of: name)?.split(separator: "-"), let kind = parts.first,
        ["tfrecord", "tfrecords", "record"].contains(kind)
      else { return false }
      let isShard =
        parts.count == 4 && parts[2] == "of" && UInt32(parts[1]) != nil && UInt32(parts[3]) != nil
      return parts.count == 1 || isShard
    }
  }

  static func frame(_ content: [UInt8]) -> [UInt8] {
    let length = little(UInt64(content.count), 8)
    return length + little(UInt64(masked(length)), 4) + content + little(UInt64(masked(content)), 4)
  }

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let crc = CRC32.castagnoli(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }
}
