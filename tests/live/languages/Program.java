import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.time.ZoneId;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioSystem;

/** Gets a page over TLS by the key store that Java has, and writes a text into a picture. Prints a line for each. */
public class Program {
    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://localhost:" + arguments[0] + "/page")).build();
        System.out.println("page: " + HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());

        var picture = new BufferedImage(200, 40, BufferedImage.TYPE_INT_RGB);
        var pen = picture.createGraphics();
        pen.setColor(Color.WHITE);
        pen.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 24));
        pen.drawString("debone", 5, 30);
        var painted = 0;
        for (var x = 0; x < 200; x++) {
            for (var y = 0; y < 40; y++) painted += (picture.getRGB(x, y) & 0xff) > 128 ? 1 : 0;
        }
        System.out.println("painted: " + (painted > 100 && painted < 4000));
        var file = Files.createTempFile("picture", ".jpg").toFile();
        System.out.println("jpeg: " + (ImageIO.write(picture, "jpg", file) && ImageIO.read(file).getWidth() == 200));

        System.out.println("noon: " + LocalDateTime.of(2026, 7, 1, 12, 0).atZone(ZoneId.of("US/Eastern")).toOffsetDateTime());
        System.out.println("charset: " + Charset.defaultCharset() + " " + System.getProperty("sun.jnu.encoding"));
        System.out.println("home: " + System.getProperty("user.home"));
        System.out.println("sound: " + AudioSystem.getMixerInfo().length);
        System.out.println("version: " + Runtime.version().feature());
    }
}
