"""compiles a page in JSP and serves it, with a session, by Debian's own configuration"""

import urllib.request

PAGE = """<%@ page session="true" %><%@ page import="java.util.*" %>
<% Integer count = (Integer) session.getAttribute("count");
   session.setAttribute("count", count == null ? 1 : count + 1); %>
count ${sessionScope.count}, sum <%= Arrays.asList(1, 2, 3).stream().mapToInt(i -> i).sum() %>
"""


def prove(tomcat):
    for path in ("/tmp", "/var/cache/tomcat10", "/var/log/tomcat10"):
        tomcat.volume(path)
    application = tomcat.volume("/var/lib/tomcat10/webapps") / "ROOT"
    application.mkdir(exist_ok=True)
    (application / "page.jsp").write_text(PAGE)
    with tomcat.serving(line="Server startup in"):
        with urllib.request.urlopen("http://127.0.0.1:8080/page.jsp", timeout=60) as answer:
            assert answer.read().decode().strip() == "count 1, sum 6"
            cookie = answer.headers["Set-Cookie"].split(";")[0]
        request = urllib.request.Request("http://127.0.0.1:8080/page.jsp", headers={"Cookie": cookie})
        assert urllib.request.urlopen(request, timeout=20).read().decode().strip() == "count 2, sum 6"
