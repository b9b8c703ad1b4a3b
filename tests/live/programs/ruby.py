"""fetches a page over TLS, reads YAML and writes JSON, compresses, calls C by fiddle, lists its gems"""

import json

import tls

SCRIPT = """
require 'bigdecimal'; require 'digest'; require 'erb'; require 'fiddle/import'; require 'json'; require 'net/http'
require 'openssl'; require 'psych'; require 'socket'; require 'zlib'
module C; extend Fiddle::Importer; dlload Fiddle::Handle::DEFAULT; extern 'int abs(int)'; end
http = Net::HTTP.new('localhost', ARGV[0].to_i)
http.use_ssl = true
http.ca_file = '/srv/authority.pem'
puts JSON.generate({
  page: http.get('/page').body, yaml: Psych.load("a: [1, 2]\\n"), erb: ERB.new('<%= 1 + 1 %>').result,
  zlib: Zlib::Inflate.inflate(Zlib::Deflate.deflate('x' * 1000)).length, abs: C.abs(-5),
  digest: Digest::SHA256.hexdigest('abc')[0, 8], decimal: (BigDecimal('0.1') + BigDecimal('0.2')).to_s,
  encoding: Encoding.default_external.name, gems: Gem::Specification.map(&:name).include?('json')
})
"""


def prove(ruby):
    files = ruby.volume("/srv")
    certificate = tls.Certificate(files)
    (files / "script.rb").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        out = ruby.run("ruby", "/srv/script.rb", port).out
    assert json.loads(out) == {
        "page": "a page", "yaml": {"a": [1, 2]}, "erb": "2", "zlib": 1000, "abs": 5, "digest": "ba7816bf",
        "decimal": "0.3e0", "encoding": "UTF-8", "gems": True}
