// Serves pages at a port of its own, which it prints; /page is what it gets over TLS from the port given.
const http = require('http'), https = require('https'), os = require('os'), worker = require('worker_threads');

const get = (url) => new Promise((done, failed) => https.get(url, (answer) => {
  let text = '';
  answer.on('data', (part) => { text += part; });
  answer.on('end', () => done(text));
}).on('error', failed));
const inWorker = () => new Promise((done, failed) => new worker.Worker(
  "require('worker_threads').parentPort.postMessage(6 * 7)", { eval: true }).on('message', done).on('error', failed));

const facts = async (port) => ({
  page: await get(`https://localhost:${port}/page`), fetched: await (await fetch(`https://localhost:${port}/page`)).text(),
  worker: await inWorker(), home: os.homedir(), user: os.userInfo().username,
  date: new Intl.DateTimeFormat('de', { month: 'long', timeZone: 'US/Eastern' }).format(0),
  module: (await import('data:text/javascript,export default import.meta.url.length > 0')).default,
});
const server = http.createServer((request, answer) => facts(process.argv[2]).then(
  (found) => answer.end(JSON.stringify(found)),
  (error) => { answer.statusCode = 500; answer.end(String(error.cause || error)); }));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
