<?php
// The wiki's settings, from the environment and from secrets. What stands in /etc/mediawiki/conf.d/*.php comes after
// them, in the order of the names, and overrules what is said here.

if ( !defined( 'MEDIAWIKI' ) ) {
	exit;
}

require_once '/usr/share/debone/mediawiki/StackSettings.php';

$wgSitename = StackSettings::value( 'SITE_NAME', 'Wiki' );
$wgServer = StackSettings::value( 'SERVER', 'http://localhost:8080' );
$wgLanguageCode = StackSettings::value( 'LANGUAGE', 'en' );
$wgScriptPath = '';
$wgArticlePath = '/wiki/$1';
$wgUsePathInfo = true;

$wgDBtype = 'mysql';
$wgDBserver = StackSettings::value( 'DATABASE_HOST', 'database' );
$wgDBname = StackSettings::value( 'DATABASE_NAME', 'mediawiki' );
$wgDBuser = StackSettings::value( 'DATABASE_USER', 'mediawiki' );
$wgDBpassword = StackSettings::secret( 'DATABASE_PASSWORD' );
$wgDBTableOptions = 'ENGINE=InnoDB, DEFAULT CHARSET=binary';

$wgSecretKey = StackSettings::secret( 'SECRET_KEY' );
$wgUpgradeKey = false;
$wgAuthenticationTokenVersion = '1';

// Sessions and cache.
$wgObjectCaches['valkey'] = [
	'class' => RedisBagOStuff::class,
	'servers' => [ StackSettings::value( 'CACHE', 'valkey:6379' ) ],
	'persistent' => true,
	'connectTimeout' => 2,
];
$wgMainCacheType = 'valkey';
$wgSessionCacheType = 'valkey';
$wgParserCacheType = CACHE_DB;
$wgCacheDirectory = '/var/cache/mediawiki';

// Jobs and their e-mail are the scheduler's.
$wgJobRunRate = 0;

// Pictures, by GD: there is no shell that could run another program.
$wgEnableUploads = true;
$wgUploadDirectory = '/var/lib/mediawiki/images';
$wgUploadPath = '/images';
$wgFileExtensions = [ 'png', 'gif', 'jpg', 'jpeg', 'webp' ];
$wgUseImageMagick = false;
$wgDiff3 = '';
$wgTmpDirectory = '/tmp';

// E-mail, over SMTP.
$wgEnableEmail = StackSettings::value( 'SMTP_HOST' ) !== '';
$wgEnableUserEmail = $wgEnableEmail;
if ( $wgEnableEmail ) {
	$wgSMTP = [
		'host' => StackSettings::value( 'SMTP_HOST' ),
		'IDHost' => parse_url( $wgServer, PHP_URL_HOST ),
		'localhost' => parse_url( $wgServer, PHP_URL_HOST ),
		'port' => (int)StackSettings::value( 'SMTP_PORT', '25' ),
		'auth' => false,
	];
	if ( StackSettings::value( 'SMTP_USER' ) !== '' ) {
		$wgSMTP = [ 'auth' => true, 'username' => StackSettings::value( 'SMTP_USER' ),
			'password' => StackSettings::secret( 'SMTP_PASSWORD' ) ] + $wgSMTP;
	}
}
$wgPasswordSender = StackSettings::value( 'MAIL_FROM', 'wiki@' . parse_url( $wgServer, PHP_URL_HOST ) );
$wgEmergencyContact = $wgPasswordSender;
$wgEnotifWatchlist = true;
$wgEnotifUserTalk = true;
$wgEnotifMinorEdits = true;
$wgEmailAuthentication = true;

// Why a page is none stands in the container's log, since the page itself says little of it. A command says it anyway.
if ( PHP_SAPI !== 'cli' ) {
	$wgDebugLogGroups['exception'] = 'php://stderr';
}

// The web server in front, in the stack's own network.
$wgUseCdn = false;
$wgPingback = false;

$wgDefaultSkin = 'vector';
wfLoadSkin( 'Vector' );
wfLoadExtension( 'ParserFunctions' );
wfLoadExtension( 'WikiEditor' );
wfLoadExtension( 'Cite' );

foreach ( glob( '/etc/mediawiki/conf.d/*.php' ) as $settingsFile ) {
	require $settingsFile;
}
unset( $settingsFile );
