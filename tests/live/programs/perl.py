"""runs a script with modules in Perl and in C: JSON, digests, compression, encodings, a DBM file, threads, a page"""

import json

import tls

SCRIPT = r"""
use v5.36; use utf8;
use Compress::Zlib; use DB_File; use Digest::SHA qw(sha256_hex); use Encode; use HTTP::Tiny; use JSON::PP;
use List::Util qw(sum); use POSIX qw(strftime); use Storable qw(freeze thaw); use Time::HiRes; use threads;
use Unicode::Normalize; use Math::BigInt;
tie my %kept, 'DB_File', '/srv/kept.db' or die "DB_File: $!"; $kept{key} = 'value'; untie %kept;
tie %kept, 'DB_File', '/srv/kept.db';
say encode_json {
  page => HTTP::Tiny->new->get("http://localhost:$ARGV[0]/page")->{content}, kept => $kept{key},
  digest => sha256_hex('abc'), zlib => Compress::Zlib::uncompress(Compress::Zlib::compress('x' x 1000)) eq 'x' x 1000 ? 1 : 0,
  latin => unpack('H*', encode('iso-8859-1', 'ä')), japanese => unpack('H*', encode('euc-jp', '日')),
  thread => threads->create(sub { sum(1 .. 100) })->join, thawed => thaw(freeze([1, 2]))->[1],
  time => strftime('%Y', gmtime 0), composed => length NFC("a\x{308}"), big => Math::BigInt->new(2)->bpow(100)->bstr,
};
"""


def prove(perl):
    (perl.volume("/srv") / "script.pl").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}) as (port, _):
        out = perl.run("perl", "/srv/script.pl", port).out
    assert json.loads(out) == {
        "page": "a page", "kept": "value", "zlib": 1, "latin": "e4", "japanese": "c6fc", "thread": 5050, "thawed": 2,
        "digest": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "time": "1970", "composed": 1,
        "big": "1267650600228229401496703205376"}
