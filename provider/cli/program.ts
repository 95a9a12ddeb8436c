import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { completion, shells } from "./commands/completion.js";
import { diff, diffFormats } from "./commands/diff.js";
import { doctor, doctorFormats } from "./commands/doctor.js";
import { explain, explainFormats } from "./commands/explain.js";
import { importFormats, importSettings } from "./commands/import.js";
import { init } from "./commands/init.js";
import { render, renderFormats } from "./commands/render.js";
import { type HelmValuesGiven, renderHelmValues } from "./commands/renderHelmValues.js";
import { report, reportFormats } from "./commands/report.js";
import { type StatusOptions, status, statusFormats } from "./commands/status.js";
import { type ExitCode, exitCodes } from "./exitCodes.js";
import type { GlobalOptions, OutputFormat } from "./GlobalOptions.js";
import type { Io } from "./Io.js";

/** The command line; `done` gets the exit code of the command that ran. */
export function program(io: Io, version: string, done: (code: ExitCode) => void): Command {
  const root = new Command("sidecar-settings")
    .description("Istio sidecar settings of a mesh: what is set where, what is stale, what a change would do")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this")
    .option("--context <name>", "context of the kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "path of a kubeconfig (default: KUBECONFIG, then ~/.kube/config)")
    .option("-n, --namespace <name>", "only this namespace (default: all; for explain: the context's)")
    .option("--injector-namespace <name>", "where istiod runs", "istio-system")
    .option(
      "--revision <name>",
      "only this revision of Istio (default: all; for explain: the one that injected the pods)",
    )
    .addHelpText("after", `\n${exitCodeHelp}`)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showSuggestionAfterError()
    .exitOverride();

  const uses = new Map<string, readonly string[]>();
  const command = (name: string, description: string, used: readonly string[]) => {
    uses.set(name, used);
    return root
      .command(name)
      .description(description)
      .configureHelp({
        showGlobalOptions: true,
        visibleGlobalOptions: () => root.options.filter((option) => used.includes(option.attributeName())),
      });
  };
  const run =
    <Options extends object>(
      work: (options: GlobalOptions & Options, ...args: string[]) => Promise<ExitCode>,
    ) =>
    async (...given: unknown[]) => {
      const self = given.at(-1) as Command;
      refuseUnused(root, self, uses.get(self.name()) ?? []);
      const args = given.slice(0, -2) as string[];
      done(await work(self.optsWithGlobals<GlobalOptions & Options>(), ...args));
    };

  command(
    "init",
    "a Pulumi project for a settings.yaml, with a workflow for pull requests; overwrites nothing",
    [],
  )
    .addArgument(new Argument("[folder]", "where to write it").default("."))
    .action(run<object>(async (_options, folder = ".") => init(io, folder)));

  command(
    "status",
    "every workload with sidecars: up to date, stale, waiting and why, masked, unmanaged",
    meshOptions,
  )
    .addOption(output(statusFormats, "table"))
    .option("-w, --watch", "keep refreshing, to follow restarts")
    .option("--interval <seconds>", "time between refreshes", seconds, 2)
    .option("--image", "an older image of the sidecar counts as stale, too")
    .option("--exit-code", `exit with ${exitCodes.found} unless everything is up to date`)
    .action(
      run<StatusOptions>((options) => {
        if (!options.watch && root.commands.some((one) => one.getOptionValueSource("interval") === "cli"))
          root.error("error: --interval is for --watch");
        if (options.watch && options.output !== "table" && options.output !== "wide")
          root.error("error: --watch prints lines for people: leave out --output");
        return status(io, options);
      }),
    );

  command(
    "explain",
    "each setting of one sidecar: its value, where it comes from, what it replaced",
    meshOptions,
  )
    .addArgument(
      new Argument("<what>", "KIND/NAME such as deployment/api, or a manifest file; - is the standard input"),
    )
    .addOption(output(explainFormats, "table"))
    .option("--all", "include the settings that are as Istio was installed")
    .action(
      run<{ output: OutputFormat; all?: boolean }>((options, what = "-") => {
        if (options.all && options.output !== "table" && options.output !== "wide")
          root.error(
            `error: --all has no effect on --output ${options.output}, which has all settings: leave it out`,
          );
        return explain(io, what, options);
      }),
    );

  command(
    "diff",
    "a settings file against the cluster: what changes for whom, which workloads restart, which are waiting",
    [...accessOptions, "namespace"],
  )
    .addArgument(file("a settings.yaml; - is the standard input"))
    .addOption(output(diffFormats, "table"))
    .option("--exit-code", `exit with ${exitCodes.found} if anything would change`)
    .action(
      run<{ output: OutputFormat; exitCode?: boolean }>((options, path = "-") => diff(io, path, options)),
    );

  command(
    "render",
    "the injector's ConfigMap, or the istiod chart's values, with a settings file",
    accessOptions,
  )
    .addArgument(file("a settings.yaml; - is the standard input"))
    .addOption(output(renderFormats, "yaml"))
    .option("--configmap <file>", "render into this ConfigMap (default: the cluster's)")
    .option("--helm-values", "values with which the istiod chart renders the settings; reads no cluster")
    .option("--chart <folder>", "for --helm-values: the istiod chart that is installed, unpacked")
    .option(
      "--stack <name>",
      "for --helm-values: organization/project/stack that restarts workloads",
      stackName,
    )
    .option("--mesh <name>", "for --helm-values: the name of that program's SidecarMesh (default: mesh)")
    .option(
      "--values <file>",
      "for --helm-values: additional values of the chart; may be repeated",
      collected,
    )
    .action(
      run<RenderGiven>((options, path = "-") => {
        const { helmValues, configmap, chart, stack, mesh = "mesh", values } = options;
        const namesCluster = options.context !== undefined || options.kubeconfig !== undefined;
        if (!helmValues) {
          if ([chart, stack, options.mesh, values].some((one) => one !== undefined))
            root.error("error: --chart, --stack, --mesh and --values are for --helm-values");
          if (configmap !== undefined && namesCluster)
            root.error("error: --configmap reads no cluster: leave out --context and --kubeconfig");
          return render(io, path, options);
        }
        if (configmap !== undefined || namesCluster)
          root.error(
            "error: --helm-values reads no cluster: leave out --configmap, --context and --kubeconfig",
          );
        if (chart === undefined || stack === undefined)
          return root.error(
            "error: --helm-values needs --chart FOLDER and --stack ORGANIZATION/PROJECT/STACK",
          );
        return renderHelmValues(io, path, { ...options, chart, stack, mesh });
      }),
    );

  command(
    "doctor",
    "whether settings can reach pods: injector, ConfigMap, istiod, webhook, rights",
    meshOptions,
  )
    .addOption(output(doctorFormats, "table"))
    .option(
      "--state <file>",
      "output of pulumi stack export: reports layers of that stack that its state does not have",
    )
    .action(run<{ output: OutputFormat; state?: string }>((options) => doctor(io, options)));

  command(
    "import",
    "a settings.yaml of what is in the cluster now, and what it had to leave alone",
    meshOptions,
  )
    .addOption(output(importFormats, "yaml"))
    .action(run<{ output: OutputFormat }>((options) => importSettings(io, options)));

  command("report", "a comment for a pull request from the output of pulumi preview --json", [])
    .addArgument(file("the preview's JSON; - is the standard input"))
    .addOption(output(reportFormats, "markdown"))
    .option("--title <text>", "heading of the comment", "Sidecar settings")
    .action(run<{ output: OutputFormat; title: string }>((options, path = "-") => report(io, path, options)));

  command("completion", "a script that completes this command in a shell", [])
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .action(run<object>(async (_options, shell = "bash") => completion(io, root, shell)));

  for (const each of root.commands)
    each.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err });
  return root;
}

const accessOptions = ["context", "kubeconfig"];
const meshOptions = [...accessOptions, "namespace", "injectorNamespace", "revision"];

/** Refuses options that the command ignores: they would seem to have narrowed the output. */
function refuseUnused(root: Command, self: Command, used: readonly string[]): void {
  const given = root.options.filter(
    (option) =>
      root.getOptionValueSource(option.attributeName()) === "cli" && !used.includes(option.attributeName()),
  );
  const [unused] = given;
  if (unused) self.error(`error: ${unused.long} has no effect on ${self.name()}: leave it out`);
}

/** The exit code if commander itself ended the program: with help, a version, or a wrong command line. */
export function usageExit(error: unknown): ExitCode | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}

const exitCodeHelp = `Exit codes:
  ${exitCodes.done}  done
  ${exitCodes.failed}  it could not be done: the cluster or a file can't be read, or is wrong
  ${exitCodes.usage}  the command line is wrong
  ${exitCodes.found}  something needs to be done: status and diff with --exit-code, doctor always`;

interface RenderGiven extends Partial<HelmValuesGiven> {
  output: OutputFormat;
  configmap?: string;
  helmValues?: boolean;
}

function output(formats: readonly OutputFormat[], fallback: OutputFormat): Option {
  const wide = formats.includes("wide") ? "; wide: nothing grouped, nothing cut" : "";
  return new Option("-o, --output <format>", `how to print it${wide}`).choices(formats).default(fallback);
}

function file(description: string): Argument {
  return new Argument("<file>", description);
}

function seconds(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0.2 || number > 3600)
    throw new InvalidArgumentError("Expected seconds, 0.2 to 3600.");
  return number;
}

function stackName(text: string): string {
  if (!/^[^/:\s]+\/[^/:\s]+\/[^/:\s]+$/.test(text))
    throw new InvalidArgumentError(
      "Expected organization/project/stack, such as acme/sidecar-settings/prod.",
    );
  return text;
}

function collected(text: string, before: string[] = []): string[] {
  return [...before, text];
}
