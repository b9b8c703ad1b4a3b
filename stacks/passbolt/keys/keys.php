<?php
// Makes what the stack has to know for itself. What is there stays: keys of an older installation are put into the
// volumes before. A file is written under another name first, so that a start that was killed leaves none half.
declare(strict_types=1);

define('FOLDER', getenv('PASSBOLT_KEYS_FOLDER') ?: '/etc/passbolt');

function give_up(string $why): never
{
    fwrite(STDERR, "keys: $why\n");
    exit(1);
}

function said(string $name, string $else): string
{
    $value = getenv($name);
    return $value === false || $value === '' ? $else : $value;
}

/** What holds a secret is closed to all but its owner and group. */
function closed(string $path): void
{
    if (is_readable($path) && (fileperms($path) & 0007) !== 0) {
        give_up(sprintf('%s is open to everybody: its mode is %04o, and must end in 0', $path, fileperms($path) & 07777));
    }
}

function place(string $file, string $content, int $mode): void
{
    $unfinished = "$file.unfinished";
    $mask = umask(0077);
    if (@file_put_contents($unfinished, $content) !== strlen($content) || !chmod($unfinished, $mode)
        || !rename($unfinished, $file)) {
        give_up("cannot write $file: " . (error_get_last()['message'] ?? ''));
    }
    umask($mask);
    echo "keys: made $file\n";
}

/** What a program writes. There is no shell: $command is a list. */
function run(array $command, string $input = ''): string
{
    $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
    if ($process === false) {
        give_up("cannot start $command[0]");
    }
    fwrite($pipes[0], $input);
    fclose($pipes[0]);
    $output = stream_get_contents($pipes[1]);
    $status = proc_close($process);
    if ($status !== 0) {
        give_up(implode(' ', array_slice($command, 0, 2)) . ": exit status $status");
    }
    return $output;
}

/** A line of gpg's parameters: what is said must not begin another. */
function line(string $name, string $else): string
{
    $value = said($name, $else);
    if (preg_match('/[\x00-\x1f\x7f]/', $value)) {
        give_up("$name holds a control character");
    }
    return $value;
}

function gpg(string $input, string ...$arguments): string
{
    return run(['gpg', '--batch', '--no-tty', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...$arguments], $input);
}

/** The one fingerprint of the primary key that the armoured text holds. */
function fingerprint_of(string $armoured): string
{
    $colons = gpg($armoured, '--with-colons', '--import-options', 'show-only', '--import');
    preg_match_all('/^(?:sec|pub):.*\n(?:.*\n)*?fpr:+([0-9A-F]{40}):/m', $colons, $found);
    if (count($found[1]) !== 1) {
        give_up('serverkey_private.asc does not hold one key, but ' . count($found[1]));
    }
    return $found[1][0];
}

function openpgp(): void
{
    [$private, $public, $fingerprint] = array_map(static fn ($name) => FOLDER . "/gpg/$name",
        ['serverkey_private.asc', 'serverkey.asc', 'fingerprint']);
    // In a folder of its own: the sockets of the agent lie there too.
    $home = '/tmp/gnupg';
    if (!is_dir($home) && !mkdir($home, 0700)) {
        give_up("cannot make $home");
    }
    putenv("GNUPGHOME=$home");
    if (!is_file($private)) {
        $text = gpg(implode("\n", [
            '%no-protection',
            'Key-Type: RSA', 'Key-Length: ' . line('PASSBOLT_KEY_LENGTH', '3072'), 'Key-Usage: sign,cert',
            'Subkey-Type: RSA', 'Subkey-Length: ' . line('PASSBOLT_SUBKEY_LENGTH', '3072'), 'Subkey-Usage: encrypt',
            'Name-Real: ' . line('PASSBOLT_KEY_NAME', 'Passbolt server'),
            'Name-Email: ' . line('PASSBOLT_KEY_EMAIL', 'passbolt@example.org'),
            'Expire-Date: ' . line('PASSBOLT_KEY_EXPIRATION', '0'),
            '%commit', '',
        ]), '--status-fd', '1', '--gen-key');
        if (!preg_match('/KEY_CREATED B ([0-9A-F]{40})/', $text, $made)) {
            give_up('gpg made no key');
        }
        place($private, gpg('', '--armor', '--export-secret-keys', $made[1]), 0640);
    }
    $armoured = file_get_contents($private);
    if ($armoured === false) {
        give_up("cannot read $private");
    }
    $found = fingerprint_of($armoured);
    $wanted = said('PASSBOLT_GPG_SERVER_KEY_FINGERPRINT', $found);
    if (strtoupper($wanted) !== $found) {
        give_up("PASSBOLT_GPG_SERVER_KEY_FINGERPRINT is $wanted, and that of $private is $found");
    }
    if (!is_file($public)) {
        gpg($armoured, '--import');
        place($public, gpg('', '--armor', '--export', $found), 0640);
    } elseif (fingerprint_of(file_get_contents($public)) !== $found) {
        give_up("$public is of another key than $private");
    }
    if (@file_get_contents($fingerprint) !== $found) {
        place($fingerprint, $found, 0640);
    }
    run(['gpgconf', '--kill', 'all']);
}

function jwt(): void
{
    [$private, $public] = [FOLDER . '/jwt/jwt.key', FOLDER . '/jwt/jwt.pem'];
    if (!is_file($private)) {
        $pair = openssl_pkey_new(['private_key_bits' => 4096, 'private_key_type' => OPENSSL_KEYTYPE_RSA]);
        if ($pair === false || !openssl_pkey_export($pair, $text)) {
            give_up('no JWT keys: ' . openssl_error_string());
        }
        place($private, $text, 0640);
    }
    $pair = openssl_pkey_get_private((string)file_get_contents($private));
    if ($pair === false) {
        give_up("$private is no private key");
    }
    $text = openssl_pkey_get_details($pair)['key'];
    if (!is_file($public)) {
        place($public, $text, 0640);
    } elseif (trim((string)file_get_contents($public)) !== trim($text)) {
        give_up("$public is of another key than $private");
    }
}

function certificate(): void
{
    [$key, $certificate] = [FOLDER . '/tls/tls.key', FOLDER . '/tls/tls.crt'];
    if (is_file($certificate)) {
        if (!openssl_x509_check_private_key((string)file_get_contents($certificate), (string)@file_get_contents($key))) {
            give_up("$certificate is of another key than $key");
        }
        return;
    }
    $host = trim((string)parse_url(said('APP_FULL_BASE_URL', ''), PHP_URL_HOST), '[]');
    if (!preg_match('/^[A-Za-z0-9.:-]{1,253}$/', $host)) {
        give_up('APP_FULL_BASE_URL is not set, or has no host');
    }
    $name = filter_var($host, FILTER_VALIDATE_IP) ? "IP:$host" : "DNS:$host";
    $text = run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-sha256', '-days', '365', '-subj',
        '/CN=' . substr($host, 0, 64), '-addext', "subjectAltName=$name", '-keyout', '-']);
    // The certificate last: it says that both are there.
    if (!preg_match('/-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n/s', $text, $private)
        || !preg_match('/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n/s', $text, $public)) {
        give_up('openssl made no certificate');
    }
    place($key, $private[0], 0640);
    place($certificate, $public[0], 0644);
}

function word(string $file, string $given, int $bytes): void
{
    if (!is_file($file)) {
        place($file, $given !== '' ? $given : bin2hex(random_bytes($bytes)), 0640);
    }
}

$secrets = ['gpg' => 'serverkey_private.asc', 'jwt' => 'jwt.key', 'tls' => 'tls.key', 'salt' => 'salt', 'database' => 'password'];
foreach ($secrets as $folder => $secret) {
    $folder = FOLDER . "/$folder";
    if (!is_dir($folder) && !@mkdir($folder, 0750)) {
        give_up("cannot make $folder");
    }
    closed($folder);
    closed("$folder/$secret");
}
// Where one volume has them all, it has one more, for the mark of migrate.
if (said('PASSBOLT_KEYS_FOLDER', '') !== '' && !is_dir(FOLDER . '/migrated') && !@mkdir(FOLDER . '/migrated', 0750)) {
    give_up('cannot make ' . FOLDER . '/migrated');
}
openpgp();
jwt();
certificate();
word(FOLDER . '/salt/salt', said('SECURITY_SALT', ''), 32);
word(FOLDER . '/database/password', said('DATASOURCES_DEFAULT_PASSWORD', ''), 24);
echo "keys: all is there\n";
