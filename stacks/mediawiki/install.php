<?php
// Installs the wiki by MediaWiki's own installer where the database is empty. A database in which an installation was cut
// off before it made the first user holds nothing, and is emptied first. Any other is left as it is.

require_once __DIR__ . '/StackSettings.php';

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
	if ( in_array( 'user', $tables, true ) &&
		$database->query( 'select 1 from `user` limit 1' )->num_rows > 0
	) {
		echo "install: the database has a wiki\n";
		exit( 0 );
	}
	if ( $tables !== [] && !in_array( 'updatelog', $tables, true ) && !in_array( 'site_stats', $tables, true ) ) {
		give_up( "the database $name holds tables that are not MediaWiki's" );
	}
	foreach ( $tables as $table ) {
		$database->query( 'drop table `' . str_replace( '`', '``', $table ) . '`' );
	}
	$database->close();
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
exit( proc_close( $process ) );
