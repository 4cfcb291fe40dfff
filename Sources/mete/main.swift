import MeteCommands

MeteCommand.runAsRoot()
