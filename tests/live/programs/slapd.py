"""adds entries for an administrator with a password (argon2), finds them over TLS by its clients and by an overlay"""

import tls

ENTRIES = """
dn: dc=example,dc=org
objectClass: domain
dc: example

dn: uid=somebody,dc=example,dc=org
objectClass: inetOrgPerson
uid: somebody
cn: Some Body
sn: Body

dn: cn=people,dc=example,dc=org
objectClass: groupOfNames
cn: people
member: uid=somebody,dc=example,dc=org
"""


def prove(slapd):
    files = slapd.volume("/srv")
    tls.Certificate(files)
    password = slapd.run("/usr/sbin/slappasswd", "-o", "module-load=argon2", "-h", "{ARGON2}", "-s", "secret").out.strip()
    assert password.startswith("{ARGON2}$argon2i")
    (files / "password.conf").write_text(f"rootpw {password}\n")
    for path in ("/run/slapd", "/var/lib/ldap"):
        slapd.volume(path)
    trusting = {"LDAPTLS_CACERT": "/srv/authority.pem"}
    with slapd.serving(port=[389, 636]):
        add = ["ldapadd", "-x", "-H", "ldap://127.0.0.1", "-ZZ", "-D", "cn=admin,dc=example,dc=org", "-w"]
        slapd.run(*add, "wrong", input=ENTRIES, env=trusting, status=49)
        slapd.run(*add, "secret", input=ENTRIES, env=trusting)
        found = slapd.run("ldapsearch", "-x", "-LLL", "-H", "ldaps://127.0.0.1", "-b", "dc=example,dc=org", "(cn=some body)",
                          "uid", "memberOf", env=trusting).out
        assert "uid: somebody\n" in found and "memberOf: cn=people,dc=example,dc=org\n" in found
