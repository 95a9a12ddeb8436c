import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { cacheDirectory } from "../../builds/cacheDirectory.js";

/** A headless Chromium from an npm package, unpacked once; or why there can be none on this machine. */
export async function openBrowser(): Promise<Browser | { missing: string }> {
  if (process.platform !== "linux" || process.arch !== "x64")
    return {
      missing: `the Chromium that npm brings runs on linux-x64, this is ${process.platform}-${process.arch}`,
    };
  try {
    const folder = await unpacked();
    return await chromium.launch({
      executablePath: join(folder, "chromium"),
      args: ["--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-dev-shm-usage"],
      // the package brings what a bare machine lacks: libnss3 and a font
      env: {
        ...process.env,
        LD_LIBRARY_PATH: join(folder, "al2023/lib"),
        FONTCONFIG_FILE: await fontConfiguration(folder),
      } as Record<string, string>,
    });
  } catch (error) {
    return { missing: `no Chromium: ${(error as Error).message.split("\n")[0]}` };
  }
}

// the package's own file looks for fonts in fixed places; without any, form fields end the browser
async function fontConfiguration(folder: string): Promise<string> {
  const file = join(folder, "fonts.conf");
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(folder, "fonts/fonts")}</dir><cachedir>${join(folder, "fonts-cache")}</cachedir></fontconfig>
`;
  if (!existsSync(file)) await writeFile(file, text);
  return file;
}

async function unpacked(): Promise<string> {
  const name = "@sparticuz/chromium";
  const { version } = require(join(require.resolve(name), "../../../package.json")) as { version: string };
  const folder = join(cacheDirectory(), `chromium-${version}`);
  if (existsSync(folder)) return folder;
  const part = `${folder}-${process.pid}`;
  await mkdir(part, { recursive: true });
  // it unpacks into the folder for temporary files, and its libraries only where it takes itself for a Lambda
  const env = { ...process.env, TMPDIR: part, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };
  const script = `require(${JSON.stringify(name)}).executablePath()`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: __dirname, env });
  if (status !== 0) throw new Error(`${name} can't be unpacked: ${stderr}`);
  await rename(part, folder).catch(async () => {
    // another run was first
    await rm(part, { recursive: true, force: true });
  });
  return folder;
}
