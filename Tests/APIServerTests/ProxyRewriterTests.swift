@testable import APIServer
import Testing

@Suite struct ProxyRewriterTests {
    private let rewriter = ProxyRewriter(prefix: "/api/v1/namespaces/n/services/s/proxy", hosts: ["10.0.0.1:80", "api:6443"])

    @Test(arguments: [
        ("/a?b=c#d", "/api/v1/namespaces/n/services/s/proxy/a?b=c#d"), ("a/b", "a/b"), ("http://other/a", "http://other/a"),
        ("http://10.0.0.1:80/a", "/api/v1/namespaces/n/services/s/proxy/a"), ("https://api:6443", "/api/v1/namespaces/n/services/s/proxy"),
        ("/api/v1/namespaces/n/services/s/proxy/x", "/api/v1/namespaces/n/services/s/proxy/x"), ("", ""), ("#top", "#top"),
        ("//10.0.0.1:80/a", "/api/v1/namespaces/n/services/s/proxy/a"), ("mailto:x@y", "mailto:x@y"),
    ]) func links(_ link: String, _ wanted: String) { #expect(rewriter.link(link) == wanted) }

    private func html(_ text: String) -> String { String(decoding: rewriter.html(Array(text.utf8)), as: UTF8.self) }

    @Test func pagesKeepAllButTheirLinks() {
        #expect(html(#"<a href="/x">test</a>"#) == #"<a href="/api/v1/namespaces/n/services/s/proxy/x">test</a>"#)
        #expect(html("<IMG alt='/x' SRC=/y.png>") == "<IMG alt='/x' SRC=/api/v1/namespaces/n/services/s/proxy/y.png>")
        #expect(html("<!-- <a href='/x'> --><p title='/z'>1 < 2</p>") == "<!-- <a href='/x'> --><p title='/z'>1 < 2</p>")
        for broken in ["<", "<a", "<a href", "<a href=", "<a href='/x", "<!--", "<a href=\"\" b", "</a>", "<a =x>"] {
            #expect(!html(broken).isEmpty)
        }
    }
}
