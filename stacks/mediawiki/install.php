<?php
// Installs the wiki by MediaWiki's own installer where the database is empty. A table of this script's own is there from
// before its first table until it has ended: where that is, an installation was cut off, and what it left is dropped first.
// A database with a wiki is left as it is.

require_once __DIR__ . '/StackSettings.php';

const MARK = 'debone_installing';

function give_up( string $why ): never {
	fwrite( STDERR, "install: $why\n" );
	exit( 1 );
}

$host = StackSettings::value( 'DATABASE_HOST', 'database' );
$name = StackSettings::value( 'DATABASE_NAME', 'mediawiki' );
$user = StackSettings::value( 'DATABASE_USER', 'mediawiki' );
$password = StackSettings::secret( 'DATABASE_PASSWORD' );

mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
try {
	$database = new mysqli( $host, $user, $password, $name );
	$tables = array_column( $database->query( 'show tables' )->fetch_all(), 0 );
	if ( !in_array( MARK, $tables, true ) ) {
		if ( in_array( 'user', $tables, true ) && $database->query( 'select 1 from `user` limit 1' )->num_rows > 0 ) {
			echo "install: the database has a wiki\n";
			exit( 0 );
		}
		if ( $tables !== [] ) {
			give_up( "the database $name is not empty, and has no wiki" );
		}
		$database->query( 'create table ' . MARK . ' (x int)' );
	}
	foreach ( array_diff( $tables, [ MARK ] ) as $table ) {
		$database->query( 'drop table `' . str_replace( '`', '``', $table ) . '`' );
	}
} catch ( mysqli_sql_exception $failure ) {
	give_up( "database $name at $host: " . $failure->getMessage() );
}

// The settings that the installer writes are not those of the stack.
$arguments = [ PHP_BINARY, '/usr/share/mediawiki/maintenance/run.php', 'install',
	'--confpath=/tmp', '--scriptpath=', '--server=' . StackSettings::value( 'SERVER', 'http://localhost:8080' ),
	'--lang=' . StackSettings::value( 'LANGUAGE', 'en' ), '--dbtype=mysql', "--dbserver=$host", "--dbname=$name",
	"--dbuser=$user", '--dbpassfile=' . StackSettings::file( 'DATABASE_PASSWORD' ),
	'--passfile=' . StackSettings::file( 'ADMIN_PASSWORD' ), '--skins=Vector',
	StackSettings::value( 'SITE_NAME', 'Wiki' ), StackSettings::value( 'ADMIN', 'Admin' ) ];
$process = proc_open( $arguments, [ 0 => [ 'file', '/dev/null', 'r' ], 1 => STDOUT, 2 => STDERR ], $pipes, null,
	[ 'MW_CONFIG_FILE' => '/tmp/nowhere/LocalSettings.php' ] + getenv() );
if ( $process === false ) {
	give_up( 'cannot start the installer' );
}
$status = proc_close( $process );
if ( $status === 0 ) {
	$database->query( 'drop table ' . MARK );
}
exit( $status );
