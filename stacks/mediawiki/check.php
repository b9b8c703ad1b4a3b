<?php
// The first step of each container of the wiki: ends with 1, and a line for each, where it lacks a secret (the arguments
// name more than every container has) or cannot write a folder. Else that would show at the first request that needs it.

require_once __DIR__ . '/StackSettings.php';

$lacks = [];
$secrets = [ 'DATABASE_PASSWORD', 'SECRET_KEY', ...array_slice( $argv, 1 ) ];
if ( StackSettings::value( 'SMTP_HOST' ) !== '' && StackSettings::value( 'SMTP_USER' ) !== '' ) {
	$secrets[] = 'SMTP_PASSWORD';
}
foreach ( $secrets as $name ) {
	try {
		StackSettings::secret( $name );
	} catch ( RuntimeException $failure ) {
		$lacks[] = $failure->getMessage();
	}
}
foreach ( [ '/var/lib/mediawiki/images', '/var/cache/mediawiki', '/tmp' ] as $folder ) {
	if ( !is_dir( $folder ) || !is_writable( $folder ) ) {
		$lacks[] = "the folder $folder cannot be written by user " . posix_geteuid();
	}
}
foreach ( $lacks as $line ) {
	fwrite( STDERR, "mediawiki: $line\n" );
}
exit( $lacks === [] ? 0 : 1 );
