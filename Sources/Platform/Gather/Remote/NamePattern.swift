/// `*` stands for any characters, `/` among them, `?` for one.
struct NamePattern {
  private let text: [Character]

  init(_ text: String) { self.text = Array(text) }

  /// - Complexity: O(characters × pattern)
  func matches(_ name: String) -> Bool {
    let name = Array(name)
    var (at, place, star, retry) = (0, 0, -1, 0)
    while place < name.count {
      if at < text.count, text[at] == "*" {
        (star, retry) = (at, place)
        at += 1
      } else if at < text.count, text[at] == "?" || text[at] == name[place] {
        at += 1
        place += 1
      } else if star >= 0 {
        retry += 1
        (at, place) = (star + 1, retry)
      } else {
        return false
      }
    }
    return text[at...].allSatisfy { $0 == "*" }
  }
}
