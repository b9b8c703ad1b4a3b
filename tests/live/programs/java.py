"""has Debian's CA certificates in its key store, fetches a page over TLS from one that it made, reads XML, knows time zones and charsets"""

import tls

WITH = ["javac"]
PROGRAM = """
import java.net.URI;
import java.net.http.*;
import java.nio.charset.Charset;
import java.time.*;
import java.util.zip.*;
import javax.xml.parsers.DocumentBuilderFactory;

public class Program {
    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://localhost:" + arguments[0] + "/page")).build();
        var page = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new java.io.ByteArrayInputStream("<a><b>x</b></a>".getBytes()));
        var zone = ZonedDateTime.of(2026, 7, 1, 12, 0, 0, 0, ZoneId.of("Europe/Berlin"));
        var crc = new CRC32();
        crc.update("abc".getBytes());
        var random = java.security.SecureRandom.getInstanceStrong().nextInt(10) < 10;
        System.out.println(String.join(",", page, document.getElementsByTagName("b").item(0).getTextContent(),
            zone.getOffset().toString(), "" + "\\u65e5".getBytes(Charset.forName("EUC-JP")).length,
            Long.toHexString(crc.getValue()), "" + random, "" + Runtime.version().feature()));
    }
}
"""


def prove(java, javac):
    files = java.volume("/srv")
    for bundle in (java, javac):
        bundle.volume("/tmp")
    javac.volume("/srv", files)
    certificate = tls.Certificate(files)
    (files / "Program.java").write_text(PROGRAM)
    (home,) = java.root.glob("usr/lib/jvm/java-21-openjdk-*")
    programs = "/" + str(home.relative_to(java.root)) + "/bin/"
    javac.run(f"{programs}javac", "-d", "/srv", "/srv/Program.java")
    listed = java.run(f"{programs}keytool", "-list", "-cacerts", "-storepass", "changeit").out
    trusted = len(list(java.root.glob("usr/share/ca-certificates/mozilla/*.crt")))
    assert f"Your keystore contains {trusted} entries" in listed and listed.count("trustedCertEntry") == trusted > 100
    java.run(f"{programs}keytool", "-importcert", "-noprompt", "-keystore", "/srv/trusted", "-storepass", "secret",
             "-file", "/srv/authority.pem")
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        out = java.run(f"{programs}java", "-Djavax.net.ssl.trustStore=/srv/trusted",
                       "-Djavax.net.ssl.trustStorePassword=secret", "-cp", "/srv", "Program", port).out
    assert out == "a page,x,+02:00,2,352441c2,true,21\n"
