import type { Command } from "commander";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import type { Io } from "../Io.js";

export const shells = ["bash", "zsh", "fish"] as const;

/** What can be completed, derived from the command line itself so that options are not listed twice. */
interface Words {
  commands: { name: string; description: string; options: Flag[]; choices: string[]; takesFile: boolean }[];
  globals: Flag[];
}

interface Flag {
  long: string;
  short: string | undefined;
  description: string;
  choices: string[];
  takesValue: boolean;
}

export async function completion(io: Io, root: Command, shell: string): Promise<ExitCode> {
  const words = wordsOf(root);
  io.out(shell === "fish" ? fish(words) : shell === "zsh" ? zsh(words) : bash(words));
  return exitCodes.done;
}

function wordsOf(root: Command): Words {
  const flags = (command: Command): Flag[] =>
    command.options.map((option) => ({
      long: option.long ?? "",
      short: option.short ?? undefined,
      description: option.description,
      choices: option.argChoices ?? [],
      takesValue: option.required,
    }));
  return {
    commands: root.commands.map((command) => ({
      name: command.name(),
      description: command.description(),
      options: flags(command),
      choices: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
      takesFile: command.registeredArguments.some((argument) => argument.argChoices === undefined),
    })),
    globals: [
      ...flags(root),
      { long: "--help", short: "-h", description: "print this", choices: [], takesValue: false },
    ],
  };
}

const programs = ["sidecar-settings", "kubectl-sidecar_settings"];

function bash({ commands, globals }: Words): string {
  const all = (flags: readonly Flag[]) =>
    flags.flatMap(({ long, short }) => [long, ...(short ? [short] : [])]);
  const cases = commands.map(
    ({ name, options, choices }) =>
      `    ${name}) words="${[...choices, ...all([...options, ...globals])].join(" ")}" ;;`,
  );
  // an option's choices may differ between commands
  const outputs = commands.flatMap(({ name, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ long, short, choices }) => {
        const names = [long, ...(short ? [short] : [])].map((flag) => `${name}:${flag}`);
        return `    ${names.join("|")}) COMPREPLY=( $(compgen -W "${choices.join(" ")}" -- "$current") ); return ;;`;
      }),
  );
  return `# bash completion: source <(sidecar-settings completion bash)
_sidecar_settings() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${commands.map(({ name }) => name).join("|")}) command="$word"; break ;; esac
  done
  case "$command:$previous" in
${outputs.join("\n")}
  esac
  case "$command" in
${cases.join("\n")}
    *) words="${[...commands.map(({ name }) => name), ...all(globals)].join(" ")}" ;;
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
}
complete -o default -F _sidecar_settings ${programs.join(" ")}
`;
}

function zsh({ commands, globals }: Words): string {
  const flag = ({ long, short, description, choices, takesValue }: Flag): string[] => {
    const value = !takesValue ? "" : choices.length > 0 ? `:value:(${choices.join(" ")})` : ":value:_files";
    return [long, ...(short ? [short] : [])].map((name) => `'${name}[${zshText(description)}]${value}'`);
  };
  const cases = commands.map(({ name, options, choices, takesFile }) => {
    const argument =
      choices.length > 0 ? [`':value:(${choices.join(" ")})'`] : takesFile ? ["':file:_files'"] : [];
    return `    ${name}) _arguments ${[...[...options, ...globals].flatMap(flag), ...argument].join(" ")} ;;`;
  });
  const names = commands.map(({ name, description }) => `'${name}:${zshText(description)}'`);
  return `#compdef ${programs.join(" ")}
# zsh completion: source <(sidecar-settings completion zsh)
_sidecar_settings() {
  local -a commands
  commands=(${names.join(" ")})
  local command="\${words[(r)(${commands.map(({ name }) => name).join("|")})]}"
  case "$command" in
${cases.join("\n")}
    *) _describe command commands; _arguments ${globals.flatMap(flag).join(" ")} ;;
  esac
}
compdef _sidecar_settings ${programs.join(" ")}
`;
}

function fish({ commands, globals }: Words): string {
  const lines = programs.flatMap((program) => {
    const flag = ({ long, short, description, choices, takesValue }: Flag, condition: string) =>
      [
        `complete -c ${program}`,
        condition,
        `-l ${long.slice(2)}`,
        short ? `-s ${short.slice(1)}` : "",
        takesValue ? "-r" : "",
        choices.length > 0 ? `-f -a '${choices.join(" ")}'` : "",
        `-d '${fishText(description)}'`,
      ]
        .filter((part) => part !== "")
        .join(" ");
    return [
      `complete -c ${program} -n __fish_use_subcommand -f`,
      ...commands.flatMap(({ name, description, options, choices }) => [
        `complete -c ${program} -n __fish_use_subcommand -a ${name} -d '${fishText(description)}'`,
        ...(choices.length > 0
          ? [`complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -f -a '${choices.join(" ")}'`]
          : []),
        ...options.map((option) => flag(option, `-n '__fish_seen_subcommand_from ${name}'`)),
      ]),
      ...globals.map((option) => flag(option, "")),
    ];
  });
  return `# fish completion: sidecar-settings completion fish | source\n${lines.join("\n")}\n`;
}

function zshText(text: string): string {
  return text.replace(/'/g, "'\\''").replace(/[[\]:]/g, (character) => `\\${character}`);
}

function fishText(text: string): string {
  return text.replace(/[\\']/g, (character) => `\\${character}`);
}
