"""fetches a page over TLS, started by erlexec"""

import tls

PROGRAM = """
    {ok, _} = application:ensure_all_started([inets, ssl]),
    {ok, {{_, 200, _}, _, Page}} = httpc:request(get, {"https://localhost:PORT/page", []},
        [{ssl, [{verify, verify_peer}, {cacertfile, "/srv/authority.pem"}]}], []),
    io:format("~s ~s ~p~n", [Page, binary:encode_hex(crypto:hash(sha256, "abc")), lists:sum(lists:seq(1, 100))]), halt(0).
"""


def prove(erlang):
    certificate = tls.Certificate(erlang.volume("/srv"))
    (programs,) = erlang.root.glob("usr/lib/erlang/erts-*/bin")
    programs = f"/{programs.relative_to(erlang.root)}"
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        out = erlang.run(f"{programs}/erlexec", "-noshell", "-noinput", "-eval", PROGRAM.replace("PORT", str(port)), env={
            "BINDIR": programs, "ROOTDIR": "/usr/lib/erlang", "EMU": "beam", "PROGNAME": "erl"}).out
    assert out == "a page BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD 5050\n"
