<?php
// Installs Passbolt into an empty database, else migrates the one that is there. Its exit status is that of the command.
// PASSBOLT_MIGRATED_FILE names a file that others wait for, where no compose waits for the end of this: it is there while the
// tables are whole, and holds the version of Passbolt that they are of.
declare(strict_types=1);

function said(string $name, string $else = ''): string
{
    $value = getenv($name);
    return $value === false || $value === '' ? $else : $value;
}

function give_up(string $why, int $status = 1): never
{
    fwrite(STDERR, "migrate: $why\n");
    exit($status);
}

function cake(string ...$arguments): void
{
    $process = proc_open([PHP_BINARY, '/usr/share/php/passbolt/bin/cake.php', ...$arguments], [STDIN, STDOUT, STDERR], $pipes);
    $status = $process === false ? 127 : proc_close($process);
    if ($status !== 0) {
        give_up('cake ' . implode(' ', $arguments) . ": exit status $status", $status > 0 ? $status : 1);
    }
}

// A server that asks for TLS: files that are mounted into the container.
$tls = array_filter([
    PDO::MYSQL_ATTR_SSL_CA => said('DATASOURCES_DEFAULT_SSL_CA'),
    PDO::MYSQL_ATTR_SSL_CERT => said('DATASOURCES_DEFAULT_SSL_CERT'),
    PDO::MYSQL_ATTR_SSL_KEY => said('DATASOURCES_DEFAULT_SSL_KEY'),
]);
$name = said('DATASOURCES_DEFAULT_DATABASE', 'passbolt');
$address = 'mysql:host=' . said('DATASOURCES_DEFAULT_HOST') . ';port=' . said('DATASOURCES_DEFAULT_PORT', '3306')
    . ";dbname=$name;charset=utf8mb4";
try {
    $database = new PDO($address, said('DATASOURCES_DEFAULT_USERNAME'), said('DATASOURCES_DEFAULT_PASSWORD'),
        [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 10] + $tls);
    $tables = $database->query('show tables')->fetchAll(PDO::FETCH_COLUMN);
} catch (PDOException $failure) {
    give_up("the database $name: {$failure->getMessage()}");
}
$database = null;

$mark = said('PASSBOLT_MIGRATED_FILE');
if ($mark !== '' && is_file($mark) && !@unlink($mark)) {
    give_up("cannot remove $mark: " . (error_get_last()['message'] ?? ''));
}
if ($tables === []) {
    cake('passbolt', 'install', '--no-admin');
} else {
    cake('passbolt', 'migrate', '--no-clear-cache');
    cake('cache', 'clear_all');
}
if ($mark !== '') {
    $version = (require '/etc/passbolt/version.php')['passbolt']['version'];
    // Under another name first: who waits reads it as soon as it is there.
    if (@file_put_contents("$mark.unfinished", $version) !== strlen($version) || !@rename("$mark.unfinished", $mark)) {
        give_up("cannot write $mark: " . (error_get_last()['message'] ?? ''));
    }
    echo "migrate: the tables are those of Passbolt $version\n";
}
