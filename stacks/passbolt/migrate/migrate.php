<?php
// Installs Passbolt into an empty database, else migrates the one that is there. Its exit status is that of the command.
declare(strict_types=1);

function said(string $name, string $else = ''): string
{
    $value = getenv($name);
    return $value === false || $value === '' ? $else : $value;
}

function cake(string ...$arguments): void
{
    $process = proc_open([PHP_BINARY, '/usr/share/php/passbolt/bin/cake.php', ...$arguments], [STDIN, STDOUT, STDERR], $pipes);
    $status = $process === false ? 127 : proc_close($process);
    if ($status !== 0) {
        fwrite(STDERR, 'migrate: cake ' . implode(' ', $arguments) . ": exit status $status\n");
        exit($status > 0 ? $status : 1);
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
    fwrite(STDERR, "migrate: the database $name: {$failure->getMessage()}\n");
    exit(1);
}
$database = null;

if ($tables === []) {
    cake('passbolt', 'install', '--no-admin');
} else {
    cake('passbolt', 'migrate', '--no-clear-cache');
    cake('cache', 'clear_all');
}
