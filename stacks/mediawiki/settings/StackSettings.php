<?php
// What the environment and the secrets say to the wiki and to the scripts beside it. Static functions of a class: the names
// of globals are MediaWiki's.

final class StackSettings {
	public static function value( string $name, string $else = '' ): string {
		$value = getenv( "MEDIAWIKI_$name" );
		return $value === false || $value === '' ? $else : $value;
	}

	public static function file( string $secret ): string {
		return self::value( "{$secret}_FILE", '/run/secrets/' . strtolower( $secret ) );
	}

	// A file's content without the newline at its end. An installation without its secrets does not start.
	public static function secret( string $name ): string {
		$file = self::file( $name );
		$content = is_file( $file ) && is_readable( $file ) ? file_get_contents( $file ) : false;
		if ( $content === false || rtrim( $content, "\n" ) === '' ) {
			throw new RuntimeException( "the secret MEDIAWIKI_{$name}_FILE: $file is missing, unreadable or empty" );
		}
		return preg_replace( '/\n\z/', '', $content );
	}
}
