"""Perl with modules of other packages: keeps a table by DBI, loads MySQL's driver, fetches a page over TLS by LWP"""

import tls

SCRIPT = r"""
use v5.36; use DBI; use LWP::UserAgent; require DBD::mysql;
my $base = DBI->connect('dbi:SQLite:dbname=/srv/base.db', '', '', {RaiseError => 1});
$base->do('create table t (a)'); $base->do('insert into t values (?)', undef, 42);
my $agent = LWP::UserAgent->new(ssl_opts => {SSL_ca_file => '/srv/authority.pem'});
my $answer = $agent->get("https://localhost:$ARGV[0]/page");
say join ',', $base->selectrow_array('select a from t'), $answer->status_line, $answer->content, DBD::mysql->can('driver') ? 'mysql' : '';
"""


def prove(perl):
    files = perl.volume("/srv")
    certificate = tls.Certificate(files)
    (files / "script.pl").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        assert perl.run("perl", "/srv/script.pl", port).out == "42,200 OK,a page,mysql\n"
