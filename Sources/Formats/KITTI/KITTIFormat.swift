import Labels
import Notation

extension DatasetFormat {
  package static let kitti = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "kitti", name: "KITTI object", layout: "`label_2/STEM.txt`, `image_2/…`",
      source: "cvlibs.net/datasets/kitti, object development kit", holds: [.box, .space],
      carries: [.attributes, .score],
      notes: """
        Numbers have 2 decimals. Boxes in space lie in the camera's coordinates, by the middle of their \
        bottom face. Spaces in class names become underscores. truncated and occluded are attributes, \
        others are left out. DontCare regions are crowds of that class.
        """, isFilePerItem: true, hasClassList: false),
    matches: { !KITTI.files($0).isEmpty },
    read: { folder, diagnostics in
      WithUnlabelledImages(
        ItemFiles(KITTI.files(folder), folder, DatasetSchema(), diagnostics, item: KITTI.item),
        folder,
        labels: KITTI.files(folder)
      ) { image in
        guard image.contains("image_2/") else { return nil }
        return (image.split(separator: "/").last.map(String.init) ?? image, KITTI.subset(of: image))
      }
    },
    write: { sink, options, diagnostics in
      KITTIWriter(sink: sink, options: options, diagnostics: diagnostics)
    })
}

enum KITTI {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".txt").filter { $0.contains("label_2/") }
  }

  static func subset(of path: String) -> String {
    let known: Set<String> = ["train", "val", "test"]
    return path.split(separator: "/").map(String.init).first { known.contains($0) } ?? ""
  }
}
