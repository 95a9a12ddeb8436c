/** Where the documents of this release are. */
interface Home {
  /** Of the repository, such as `https://example.com/acme/settings`. */
  repository: string;
  version: string;
}

/** From a package.json. Undefined for a package that was not published: only then is its repository known. */
export function homeIn({ homepage, version }: { homepage?: string; version: string }): Home | undefined {
  const [, repository] = /^(https:\/\/.+)#readme$/.exec(homepage ?? "") ?? [];
  return repository === undefined ? undefined : { repository, version };
}

/** The address of what docs/troubleshooting.md has about a message; undefined if it has nothing, or is nowhere. */
export function helpAddress(message: string, home: Home | undefined): string | undefined {
  if (!home) return undefined;
  const heading = messageHeadings.find((one) =>
    textsIn(one).some((parts) => parts.every((part) => message.includes(part))),
  );
  if (heading === undefined) return undefined;
  const { repository, version } = home;
  return `${repository}/blob/v${version}/docs/troubleshooting.md#${anchorOf(heading)}`;
}

/** The texts in a heading's backquotes, each as the parts around its ellipses. */
export function textsIn(heading: string): string[][] {
  return [...heading.matchAll(/`([^`]+)`/g)].map(([, text = ""]) =>
    text.split(/ ?… ?/).filter((part) => part !== ""),
  );
}

/** The fragment of a Markdown heading, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The headings of docs/troubleshooting.md that quote messages. The first that fits counts, so general ones are last. */
export const messageHeadings: readonly string[] = [
  "`unknown key`",
  "`not YAML`",
  "`expected the package pulumi-istio-sidecar`, `Cannot find module 'pulumi-istio-sidecar/dynamic'`",
  "`got a secret`",
  "`its sidecar settings belong to …, of another stack`",
  "`two components of this program`",
  "`there is no ConfigMap`",
  "`there is no revision`",
  "`there is no namespace`",
  "`new pods of … would be denied`",
  "`a template without it`",
  "`the template that this version of pulumi-istio-sidecar renders`",
  "`both have priority`",
  "`and a ConfigMap holds`",
  "`no answer`",
  "`no context`",
  "`exec plugin`",
  "`was changed by hand`",
  "`written by a newer pulumi-istio-sidecar`",
  "`Reinstall Istio with its charts`",
  "`waiting for istiod to pick up the new settings`",
  "`the injector still gives pods other settings after`",
  "`is rewritten by others again and again`",
  "`pods are denied now`",
  "`the settings were put back to what they were`",
  "`somebody else's`",
  "`so nothing was written`",
  "`lost from`",
  "`was not ready before`",
  "`outside … maintenance window`",
  "`is waiting`",
  "`is unmanaged`",
  "`of the restarts failed`, `the rollout of another level failed`",
  "`not ready in time`",
  "`its restart was undone by`",
  "`new pods came with old settings`",
  "`no sidecar, though the old ones had one`",
  "`did not replace`",
  "`overruled by`",
  "`cannot update resource`, `cannot create resource`, `cannot list resource`",
  "`expected …, got …`",
];
