import ArgumentParser
import Cluster
import Credentials

/// Images of a cluster whose machine may reach no registry.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Build, load and list the images of the node.",
        subcommands: [Build.self, Load.self, List.self])

    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pack a root file system into an image and load it.",
            discussion: "The image has one layer: everything below FOLDER, with its modes, owned by root.")

        @OptionGroup var data: DataOptions

        @Argument(help: "The folder that becomes the image's root.")
        var folder: String

        @Option(name: .shortAndLong, help: ArgumentHelp("The image's name, as a pod names it.", valueName: "NAME[:TAG]"))
        var tag: String

        @Option(help: "A word of the entry point; may be given again for further words.")
        var entrypoint: [String] = []

        @Option(help: "A word of the default command; may be given again for further words.")
        var cmd: [String] = []

        @Option(help: ArgumentHelp("A variable of the environment; may be given again.", valueName: "NAME=VALUE"))
        var env: [String] = []

        @Option(help: "The folder in which the command starts.")
        var workdir = "/"

        @Option(help: "The user that runs the command: a name or number, with a group after a colon.")
        var user = ""

        @Option(help: ArgumentHelp("Write the archive to a file instead of loading it.", valueName: "FILE"))
        var output: String?

        func run() async throws {
            var recipe = ImageRecipe(name: tag, folder: folder)
            recipe.entrypoint = entrypoint
            recipe.command = cmd
            recipe.environment = env
            recipe.workingDirectory = workdir
            recipe.user = user
            let archive = try recipe.archive()
            if let output {
                try PrivateFile.write(archive, to: output, mode: 0o644)
                print("wrote \(recipe.fullName) to \(output)")
                return
            }
            try await NodeImages(data.settings).load(archive)
            print("loaded \(recipe.fullName)")
        }
    }

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Load an image archive (OCI or docker save).")

        @OptionGroup var data: DataOptions

        @Argument(help: "The archive.")
        var file: String

        func run() async throws {
            try await NodeImages(data.settings).load(file: file)
            print("loaded \(file)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the images of the node.")

        @OptionGroup var data: DataOptions

        func run() async throws {
            for image in try await NodeImages(data.settings).list() { print(image) }
        }
    }
}
