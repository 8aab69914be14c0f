import ArgumentParser
import Decoding

/// What the server starts to make small pictures of images; nobody else has use for it.
struct SmallPicturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: SmallPictures.command, abstract: "Make small pictures for the server.",
    shouldDisplay: false)

  @Argument var seconds: Int
  @Argument var memory: Int

  func run() { SmallPictures.serve(secondLimit: seconds, memoryLimit: memory) }
}
