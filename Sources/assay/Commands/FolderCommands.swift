import ArgumentParser
import Foundation
import Notation
import Platform
import Store
import Vault

// Commands that work on a data folder itself, whether the server is up or not.

struct ClientCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "client", abstract: "Make and list clients.",
    subcommands: [Create.self, List.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a client with a vault of its own.")

    @Argument(help: "The client's name.") var name: String
    @OptionGroup var folder: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try await Composition.with(folder.data) {
        try await Clients($0, actor: .console).create(name: name)
      }
      output.print(
        ["id": .string(client.id.text), "name": .string(client.name)],
        "client \(client.name) \(client.id)")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the clients.")

    @OptionGroup var folder: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let clients = try await Composition.with(folder.data) {
        try await Clients($0, actor: .console).list()
      }
      output.print(
        .array(clients.map { ["id": .string($0.id.text), "name": .string($0.name)] }),
        clients.map { "\($0.id)  \($0.name)" }.joined(separator: "\n"))
    }
  }
}

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Make API keys.", subcommands: [Create.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make an API key and print it, this once.")

    @Option(help: "The client's name or id.") var client: String
    @Flag(help: "A key for the test world.") var test = false
    @Flag(help: "A key that reads what a manager reads, and changes nothing: for training, say.")
    var readsOnly = false
    @OptionGroup var folder: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let made = try await Composition.with(folder.data) { engine in
        let clients = Clients(engine, actor: .console)
        return try await clients.createKey(
          for: clients.find(client).id, mode: test ? .test : .live,
          readsOnly: readsOnly)
      }
      output.print(
        ["id": .string(made.key.id.text), "key": .string(made.secret)], made.secret)
    }
  }
}

struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Make people who can sign in.", subcommands: [Create.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a user of a client, or of the operator.")

    @Argument(help: "The address they sign in with.") var email: String
    @Option(help: "The client's name or id.") var client: String?
    @Flag(help: "One of the operator's own people.") var `operator` = false
    @Option(
      help:
        "admin, manager, reviewer or labeler; of the operator: operator, workforce_manager or payroll."
    )
    var role: String?
    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false
    @OptionGroup var folder: DataOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      if (client == nil) == !`operator` {
        throw ValidationError("Give either --client or --operator.")
      }
      if !passwordStdin {
        throw ValidationError("Give the password on standard input, with --password-stdin.")
      }
    }

    func run() async throws {
      // The operator's one role has two names in use.
      let name = `operator` && (role == nil || role == "admin") ? "operator" : role ?? ""
      guard let role = Role(rawValue: name) else {
        let known = Role.allCases.filter { $0.isOfClient != `operator` && $0 != .worker }
        throw ValidationError(
          "--role must be one of " + known.map(\.rawValue).joined(separator: ", ") + ".")
      }
      let password = try Console.password()
      let user = try await Composition.with(folder.data) { engine in
        var clientID: ClientID?
        if let client {
          clientID = try await Clients(engine, actor: .console).find(client).id
        }
        return try await Users(engine, actor: .console).create(
          email: email, password: password, role: role, client: clientID)
      }
      output.print(
        [
          "id": .string(user.id.text), "email": .string(user.email),
          "role": .string(role.rawValue),
        ], "\(role.rawValue) \(user.email) \(user.id)")
    }
  }
}

struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Make workers of the operator's workforce.",
    subcommands: [Create.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a worker.")

    @Argument(help: "The address they sign in with.") var email: String
    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false
    @OptionGroup var folder: DataOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      if !passwordStdin {
        throw ValidationError("Give the password on standard input, with --password-stdin.")
      }
    }

    func run() async throws {
      let password = try Console.password()
      let user = try await Composition.with(folder.data) { engine in
        try await Users(engine, actor: .console).create(
          email: email, password: password, role: .worker, client: nil)
      }
      output.print(
        ["id": .string(user.id.text), "email": .string(user.email), "role": "worker"],
        "worker \(user.email) \(user.id)")
    }
  }
}

struct JournalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Check a vault's journal.", subcommands: [Verify.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Follow the hash chain from the first entry to the last.")

    @Option(help: "The client's name or id.") var client: String
    @OptionGroup var folder: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try requireFolder(folder.data)
      let head = try await Composition.with(folder.data) { engine in
        let id = try await Clients(engine, actor: .console).find(client).id
        return try await engine.vaults.with(id) { vault in
          do {
            return try await Journal(vault.database).verify()
          } catch JournalVerifier.Fault.changed(let number) {
            throw Failure("the journal does not hold: entry \(number) or one before was changed")
          } catch JournalVerifier.Fault.gap(let found, let expected) {
            throw Failure("the journal does not hold: entry \(expected) is missing before \(found)")
          }
        }
      }
      output.print(
        [
          "verified": true, "entries": .int(head.count), "head": .string(head.head.hexadecimal),
        ], "the journal holds: \(head.count) entries, head \(head.head.hexadecimal)")
    }
  }
}

/// Commands that look at a folder do not make one.
func requireFolder(_ path: String) throws {
  guard DataFolder(path: path).exists else {
    throw Failure(DataFolder.Fault.notADataFolder(path: path))
  }
}
