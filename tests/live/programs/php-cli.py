"""calls every extension that is loaded, the catalog's list among them, each for what it is there for"""

import contextlib
import json
import socket
import threading

import tls

CATALOG = set("""calendar Core ctype date dom exif fileinfo ftp gd gettext hash iconv json mbstring mysqli mysqlnd openssl
pcre PDO pdo_mysql Phar posix readline session shmop SimpleXML sockets standard sysvmsg sysvsem sysvshm tokenizer xml
xmlreader xmlwriter xsl zlib""".split()) | {"Zend OPcache"}

SCRIPT = r"""<?php
set_error_handler(fn($level, $text) => throw new ErrorException($text));
[, $port, $ftp] = $argv;
function jpeg() { $image = imagecreatetruecolor(8, 8); ob_start(); imagejpeg($image); return ob_get_clean(); }
function document($text) { $document = new DOMDocument; $document->loadXML($text); return $document; }
$uses = [
    'Core' => fn() => strlen('four') == 4,
    'standard' => fn() => password_verify('secret', password_hash('secret', PASSWORD_ARGON2ID)),
    'pcre' => fn() => preg_match('/^\p{Lu}/u', 'Äpfel') == 1,
    'Reflection' => fn() => (new ReflectionFunction('strlen'))->getNumberOfParameters() == 1,
    'SPL' => fn() => iterator_to_array(new ArrayIterator([1])) == [1],
    'random' => fn() => (new Random\Randomizer(new Random\Engine\Mt19937(1)))->getInt(1, 6) <= 6,
    'calendar' => fn() => jdtogregorian(gregoriantojd(1, 2, 2026)) == '1/2/2026',
    'ctype' => fn() => ctype_digit('42'),
    'date' => fn() => (new DateTime('2026-07-01 12:00', new DateTimeZone('Europe/Berlin')))->format('T') == 'CEST',
    'libxml' => fn() => libxml_use_internal_errors(true) === false && libxml_use_internal_errors(false),
    'dom' => fn() => document('<a><b>x</b></a>')->getElementsByTagName('b')[0]->textContent == 'x',
    'exif' => function () { file_put_contents('/tmp/x.jpg', jpeg()); return exif_imagetype('/tmp/x.jpg') == IMAGETYPE_JPEG; },
    'FFI' => fn() => FFI::cdef('int abs(int);')->abs(-5) == 5,
    'fileinfo' => fn() => (new finfo(FILEINFO_MIME_TYPE))->buffer(jpeg()) == 'image/jpeg',
    'filter' => fn() => filter_var('a@example.org', FILTER_VALIDATE_EMAIL) !== false,
    'ftp' => fn() => ftp_login(ftp_connect('127.0.0.1', (int) $ftp), 'somebody', 'secret'),
    'gd' => function () { $image = imagecreatefromstring(jpeg()); $sizes = [];
        foreach (['imagepng', 'imagewebp', 'imageavif'] as $write) { ob_start(); $write($image);
            $sizes[] = strlen(ob_get_clean()); }
        return min($sizes) > 30; },
    'gettext' => fn() => bindtextdomain('domain', '/tmp') == '/tmp' && _('text') == 'text',
    'hash' => fn() => hash('xxh3', 'abc') == '78af5f94892f3950',
    'iconv' => fn() => iconv('UTF-8', 'EUC-JP', '日') == "\xc6\xfc",
    'json' => fn() => json_decode('{"a": [1]}')->a == [1],
    'mbstring' => fn() => mb_strtoupper('äß') == 'ÄSS' && mb_ereg('^z', 'zwölf'),
    'mysqlnd' => fn() => str_starts_with(mysqli_get_client_info(), 'mysqlnd'),
    'mysqli' => function () { try { new mysqli('127.0.0.1', 'a', 'b', 'c', 1); } catch (Throwable $e) {
        return str_contains($e->getMessage(), 'refused'); } },
    'pcntl' => function () { if (($child = pcntl_fork()) == 0) posix_kill(posix_getpid(), SIGKILL);
        return pcntl_waitpid($child, $status) == $child && pcntl_wtermsig($status) == SIGKILL; },
    'PDO' => fn() => in_array('mysql', PDO::getAvailableDrivers()),
    'pdo_mysql' => function () { try { new PDO('mysql:host=127.0.0.1;port=1', 'a', 'b'); } catch (PDOException $e) {
        return str_contains($e->getMessage(), 'refused'); } },
    'openssl' => fn() => file_get_contents("https://localhost:$port/page", false, stream_context_create(
        ['ssl' => ['cafile' => '/srv/authority.pem']])) == 'a page' && openssl_pkey_new() !== false,
    'Phar' => function () { $archive = new PharData('/tmp/x.tar.gz'); $archive['file'] = 'text';
        return file_get_contents('phar:///tmp/x.tar.gz/file') == 'text'; },
    'posix' => fn() => posix_getpwuid(posix_getuid())['name'] == 'www-data',
    'readline' => fn() => readline_add_history('line') && readline_info('readline_name') !== null,
    'session' => function () { session_save_path('/tmp'); session_start(['use_cookies' => 0, 'cache_limiter' => '']);
        $_SESSION['a'] = 1; session_write_close(); return count(glob('/tmp/sess_*')) == 1; },
    'shmop' => fn() => shmop_write(shmop_open(7, 'c', 0600, 10), 'text', 0) == 4,
    'SimpleXML' => fn() => (string) simplexml_load_string('<a><b>x</b></a>')->b == 'x',
    'sockets' => fn() => socket_connect(socket_create(AF_INET, SOCK_STREAM, SOL_TCP), '127.0.0.1', (int) $port),
    'sodium' => fn() => strlen(sodium_crypto_secretbox_keygen()) == 32,
    'sysvmsg' => fn() => msg_send(msg_get_queue(7), 1, 'text') && msg_receive(msg_get_queue(7), 1, $type, 100, $text)
        && $text == 'text',
    'sysvsem' => fn() => sem_acquire(sem_get(7)),
    'sysvshm' => fn() => shm_put_var(shm_attach(8), 1, 'text') && shm_get_var(shm_attach(8), 1) == 'text',
    'tokenizer' => fn() => count(token_get_all('<?php echo 1;')) == 5,
    'xml' => fn() => xml_parse(xml_parser_create(), '<a/>', true) == 1,
    'xmlreader' => fn() => XMLReader::XML('<a/>')->read(),
    'xmlwriter' => function () { $writer = new XMLWriter; $writer->openMemory(); $writer->writeElement('a', 'x');
        return $writer->outputMemory() == '<a>x</a>'; },
    'xsl' => function () { $processor = new XSLTProcessor; $processor->importStylesheet(document(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:output method="text"/>'
        . '<xsl:template match="/"><xsl:value-of select="count(//b)"/></xsl:template></xsl:stylesheet>'));
        return $processor->transformToXML(document('<a><b/><b/></a>')) == '2'; },
    'zlib' => fn() => gzdecode(gzencode('text')) == 'text',
    'Zend OPcache' => fn() => opcache_get_configuration()['version']['opcache_product_name'] == 'Zend OPcache',
];
$results = [];
foreach (get_loaded_extensions() as $name) {
    try { $results[$name] = isset($uses[$name]) ? $uses[$name]() : 'no use of it here'; }
    catch (Throwable $e) { $results[$name] = $e->getMessage(); }
}
echo json_encode($results, JSON_INVALID_UTF8_SUBSTITUTE);
"""


@contextlib.contextmanager
def ftp_server():
    """Lets one client log in."""
    def answer():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            for reply in (b"220 ready", b"331 password?", b"230 welcome"):
                connection.sendall(reply + b"\r\n")
                lines.readline()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]


def prove(php):
    files = php.volume("/srv/app")
    php.volume("/tmp")
    certificate = tls.Certificate(files)
    (files / "script.php").write_text(SCRIPT.replace("/srv/authority.pem", "/srv/app/authority.pem"))
    with tls.pages({"/page": b"a page"}, certificate) as (port, _), ftp_server() as ftp:
        results = json.loads(php.run("/usr/bin/php8.4", "/srv/app/script.php", port, ftp).out)
    assert {name: result for name, result in results.items() if result is not True} == {}
    assert CATALOG - results.keys() == set()
