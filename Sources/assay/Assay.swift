import ArgumentParser

@main
struct Assay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assay",
    abstract: "A neutral data engine: gather, organise, label, assure and feed training data.",
    discussion: """
      Exit codes: 0 done; 1 refused or failed, with the reason on standard error; 64 wrong usage.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(name: "Run", subcommands: [Serve.self, Demo.self, Simulate.self]),
      CommandGroup(
        name: "Over HTTP",
        subcommands: [
          ProjectCommand.self, OntologyCommand.self, TaskCommand.self, DatasetCommand.self,
          ReleaseCommand.self,
          ExportCommand.self,
        ]),
      CommandGroup(
        name: "Without a server",
        subcommands: [
          ConvertCommand.self, CompareCommand.self, FormatsCommand.self, VerifyCommand.self,
          BenchCommand.self,
          LabelErrorsCommand.self,
          RankCommand.self, SmallPicturesCommand.self,
        ]),
      CommandGroup(
        name: "On a data folder",
        subcommands: [
          ClientCommand.self, KeyCommand.self, UserCommand.self, WorkerCommand.self,
          BackupCommand.self, RestoreCommand.self, DoctorCommand.self, JournalCommand.self,
        ]),
    ])
}
