// Answers the bridge's requests under Node: node node_bytes.mjs PYODIDE-FOLDER SITE-FOLDER
// A request a line comes in on standard input, an answer a line goes out.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(runtime, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: `${runtime}/` });
const packages = pyodide.runPython("import site; site.getsitepackages()[0]");
for (const name of ["nineteen", "rendering", "confirming"]) {
  const bytes = new Uint8Array(readFileSync(join(folder, "python", `${name}.zip`)));
  pyodide.unpackArchive(bytes, "zip", { extractDir: packages });
}
const { answer } = pyodide.pyimport("nineteen.verbs.playground.bridge");
for (const line of readFileSync(0, "utf8").split("\n")) {
  if (line) process.stdout.write(`${answer(line)}\n`);
}
