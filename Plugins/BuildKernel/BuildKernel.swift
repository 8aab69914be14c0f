import Foundation
import PackagePlugin

/// Compiles the kernel's rooms to WebAssembly whenever one of their files changes, and gives the module to
/// the target that hands it out.
@main struct BuildKernel: BuildToolPlugin {
  static let rooms = ["Notation", "Geometry", "Labels", "Kernel"]

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let script = root.appending(path: "scripts/build-kernel")
    let sources = context.package.targets.filter { Self.rooms.contains($0.name) }
      .flatMap { $0.sourceModule?.sourceFiles.map(\.url) ?? [] }
    let output = context.pluginWorkDirectoryURL.appending(path: "KernelModule.swift")
    return [
      .buildCommand(
        displayName: "Compiling the kernel to WebAssembly", executable: script,
        arguments: [
          context.pluginWorkDirectoryURL.appending(path: "kernel.wasm").path(percentEncoded: false),
          output.path(percentEncoded: false),
        ],
        environment: ["SWIFTC": try context.tool(named: "swiftc").url.path(percentEncoded: false)],
        inputFiles: sources + [script], outputFiles: [output])
    ]
  }
}
