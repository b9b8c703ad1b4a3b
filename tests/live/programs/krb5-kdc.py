"""makes a realm, gives a ticket to somebody with the right password and for a service, and none for a wrong one"""


def prove(kdc):
    for path in ("/etc/krb5kdc", "/tmp", "/var/lib/krb5kdc", "/run"):
        kdc.volume(path)
    kdc.run("/usr/sbin/kdb5_util", "create", "-s", "-P", "master secret")
    for principal, secret in (("somebody", ["-pw", "secret"]), ("HTTP/localhost", ["-randkey"])):
        kdc.run("/usr/sbin/kadmin.local", "addprinc", *secret, principal)
    with kdc.serving(port=88):
        assert "Password incorrect" in kdc.run("kinit", "somebody", input="wrong\n", status=1).err
        kdc.run("kinit", "somebody", input="secret\n")
        kdc.run("kvno", "HTTP/localhost")
        tickets = kdc.run("klist").out
    assert "krbtgt/EXAMPLE.ORG@EXAMPLE.ORG" in tickets and "HTTP/localhost@EXAMPLE.ORG" in tickets
