// Builds the SDK into the folder that is named: `npm run build`. Prints what each file weighs.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? "dist";
const source = join(here, "src/link.ts");
const tsc = [join(here, "node_modules/typescript/bin/tsc"), "--project", join(here, "tsconfig.json")];
const shared = { entryPoints: [source], bundle: true, minify: true, target: "es2020", logLevel: "warning" };

execFileSync(process.execPath, tsc, { stdio: "inherit" });
const declarations = ["--declaration", "--emitDeclarationOnly", "--target", "es2020", "--module", "esnext", "--strict"];
execFileSync(process.execPath, [tsc[0], source, ...declarations, "--outDir", out], { stdio: "inherit" });
await build({ ...shared, format: "esm", outfile: join(out, "link.js") });
await build({ ...shared, format: "iife", globalName: "KoineLink", outfile: join(out, "link.global.js") });
for (const name of ["link.js", "link.global.js"]) {
  const bytes = readFileSync(join(out, name));
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}
