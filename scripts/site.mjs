// Finishes a built site: bundles the sheets, names files after their content, and for a release
// compresses beside each file.
// usage: node scripts/site.mjs OUT debug|release
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [out, kind] = process.argv.slice(2);
const release = kind === "release";
/** A first load over the wire may cost so many bytes: script, wasm and style, and the page. */
const FIRST_LOAD_MAX = 350_000;
/** What is left of it for the page itself. */
const PAGE_MAX = 10_000;
const pkg = join(out, "site", "pkg");
const { bundle } = createRequire(join(process.cwd(), "end2end", "package.json"))("lightningcss");

/** Browsers that the sheets are written for, as Lightning CSS wants versions. */
const version = (major, minor = 0) => (major << 16) | (minor << 8);
const targets = {
  chrome: version(111),
  edge: version(111),
  firefox: version(115),
  safari: version(16, 4),
  ios_saf: version(16, 4),
};

const { code, warnings } = bundle({ filename: "style/main.css", minify: release, targets });
for (const warning of warnings) console.warn(`style: ${warning.message}`);
writeFileSync(join(pkg, "maru.css"), code);

// What Leptos reads to name these files in the page; it lies beside the server.
const hashes = ["js", "wasm", "css"].map((extension) => {
  const file = join(pkg, `maru.${extension}`);
  const hash = createHash("sha256").update(readFileSync(file)).digest("base64url").slice(0, 20);
  renameSync(file, join(pkg, `maru.${hash}.${extension}`));
  return `${extension}: ${hash}\n`;
});

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

if (release) {
  let total = 0;
  for (const path of files(join(out, "site"))) {
    if (!/\.(css|html|js|json|svg|txt|wasm|webmanifest|xml)$/.test(path)) continue;
    const plain = readFileSync(path);
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    const br = brotliCompressSync(plain, { params: size });
    const gz = gzipSync(plain, { level: 9 });
    if (br.length < plain.length) writeFileSync(`${path}.br`, br);
    if (gz.length < plain.length) writeFileSync(`${path}.gz`, gz);
    if (path.startsWith(pkg)) {
      total += br.length;
      console.log(`${path}: ${plain.length}, gzip ${gz.length}, brotli ${br.length}`);
    }
  }
  const most = FIRST_LOAD_MAX - PAGE_MAX;
  console.log(`together, brotli: ${total} of ${most}`);
  if (total > most) {
    console.error(`The first load is ${total - most} bytes too large: see docs/performance.md.`);
    process.exit(1);
  }
}

// Last, for it says that the site is whole.
writeFileSync(join(out, "hash.txt"), hashes.join(""));
