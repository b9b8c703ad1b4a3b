"""fetches a page over TLS, writes a date and sorts in German, compresses by brotli, uses a worker thread, WebAssembly"""

import json

import tls

SCRIPT = """
const https = require('https'), zlib = require('zlib'), crypto = require('crypto');
const { Worker } = require('worker_threads'), fs = require('fs');
const ca = fs.readFileSync('/srv/authority.pem');
const page = () => new Promise((done, failed) => https.get(`https://localhost:${process.argv[2]}/page`, { ca }, answer => {
  let text = ''; answer.on('data', part => text += part); answer.on('end', () => done(text));
}).on('error', failed));
const worker = () => new Promise((done, failed) => new Worker("require('worker_threads').parentPort.postMessage(6 * 7)",
  { eval: true }).on('message', done).on('error', failed));
(async () => console.log(JSON.stringify({
  page: await page(), worker: await worker(), digest: crypto.createHash('sha256').update('abc').digest('hex').slice(0, 8),
  date: new Intl.DateTimeFormat('de', { month: 'long', timeZone: 'UTC' }).format(0),
  sorted: ['z', 'ä', 'a'].sort(new Intl.Collator('de').compare).join(''),
  brotli: zlib.brotliDecompressSync(zlib.brotliCompressSync('x'.repeat(1000))).length,
  wasm: WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])), url: new URL('http://b\\u00fccher.example').host,
})))();
"""


def prove(node):
    files = node.volume("/srv")
    certificate = tls.Certificate(files)
    (files / "script.js").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        out = node.run("node", "/srv/script.js", port).out
    assert json.loads(out) == {
        "page": "a page", "worker": 42, "digest": "ba7816bf", "date": "Januar", "sorted": "aäz", "brotli": 1000,
        "wasm": True, "url": "xn--bcher-kva.example"}
