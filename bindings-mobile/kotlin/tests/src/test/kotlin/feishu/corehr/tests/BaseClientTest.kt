package feishu.corehr.tests

import feishu.corehr.OkHttpTransport
import feishu.corehr.model.TransportErrorKind
import okhttp3.CertificatePinner
import okhttp3.ConnectionSpec
import okhttp3.Credentials
import okhttp3.OkHttpClient
import okhttp3.TlsVersion
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.Proxy
import java.net.ProxySelector
import java.net.SocketAddress
import java.net.URI
import java.security.KeyStore
import java.security.cert.CertificateFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory
import javax.net.ssl.X509TrustManager

/** What a base client of the host's brings, and what it does not. */
class BaseClientTest : SandboxTest() {
    @Test
    fun `the system's proxies are asked only where that is allowed`() = test {
        for (type in listOf(Proxy.Type.HTTP, Proxy.Type.SOCKS)) {
            Server("").use { proxy ->
                withSystemProxy(Proxy(type, InetSocketAddress("127.0.0.1", proxy.port))) {
                    Server(PLAIN).use { server ->
                        assertEquals(200, OkHttpTransport().send(request(server.url)).status.toInt())
                        assertEquals(0, proxy.connections.get())
                        val asking = OkHttpTransport(allowProxySelector = true)
                        transportFailure { asking.send(request(server.url, budget = 500u)) }
                        assertEquals(1 to 1, proxy.connections.get() to server.connections.get())
                    }
                }
            }
        }
    }

    @Test
    fun `a base client's selector is asked only where that is allowed, and its proxy always`() = test {
        Server(PLAIN).use { proxy ->
            val named = Proxy(Proxy.Type.HTTP, InetSocketAddress("127.0.0.1", proxy.port))
            Server(PLAIN).use { server ->
                val selecting = OkHttpClient.Builder().proxySelector(Selector(named)).build()
                OkHttpTransport(selecting).send(request(server.url))
                assertEquals(0 to 1, proxy.requests.get() to server.requests.get())
                OkHttpTransport(selecting, allowProxySelector = true).send(request(server.url))
                OkHttpTransport(OkHttpClient.Builder().proxy(named).build()).send(request(server.url))
                assertEquals(2 to 1, proxy.requests.get() to server.requests.get())
            }
        }
    }

    @Test
    fun `a proxy that wants a password gets the one of its authenticator, or none`() = test {
        Server("HTTP/1.1 407 X\r\nproxy-authenticate: Basic realm=\"x\"\r\ncontent-length: 0\r\n\r\n").use { proxy ->
            val named = OkHttpClient.Builder().proxy(Proxy(Proxy.Type.HTTP, InetSocketAddress("127.0.0.1", proxy.port)))
            val without = transportFailure { OkHttpTransport(named.build()).send(request(sandbox.https)) }
            assertEquals(TransportErrorKind.PROXY_AUTH to false, without.kind to without.bytesWritten)
            assertEquals(1, proxy.requests.get())
            val password = Credentials.basic("a", "b")
            named.proxyAuthenticator { _, response ->
                val asked = response.request
                if (asked.header("proxy-authorization") == null) {
                    asked.newBuilder().header("proxy-authorization", password).build()
                } else {
                    null
                }
            }
            transportFailure { OkHttpTransport(named.build()).send(request(sandbox.https)) }
            assertTrue("Proxy-Authorization: $password".lowercase() in proxy.last.lowercase()) { proxy.last }
        }
    }

    @Test
    fun `its certificates, pins, TLS versions and names count`() = test {
        val base = trusting(sandbox.certificate)
        repeat(3) { OkHttpTransport(base).send(request("${sandbox.https}/")) }
        val pins = CertificatePinner.Builder().add("127.0.0.1", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        val pinned = OkHttpTransport(base.newBuilder().certificatePinner(pins.build()).build())
        val failed = transportFailure { pinned.send(request(sandbox.https)) }
        assertEquals(TransportErrorKind.TLS_UNTRUSTED to false, failed.kind to failed.bytesWritten)
        val tls = ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS).tlsVersions(TlsVersion.TLS_1_3).build()
        val strict = base.newBuilder().connectionSpecs(listOf(tls)).addNetworkInterceptor {
            check(it.connection()!!.handshake()!!.tlsVersion == TlsVersion.TLS_1_3)
            it.proceed(it.request())
        }
        OkHttpTransport(strict.build()).send(request("${sandbox.https}/"))
        Server(PLAIN).use { server ->
            val names = OkHttpClient.Builder().dns { listOf(InetAddress.getLoopbackAddress()) }.build()
            OkHttpTransport(names).send(request("http://nobody.invalid:${server.port}/"))
            assertEquals(1, server.requests.get())
        }
    }
}

private class Selector(private val proxy: Proxy) : ProxySelector() {
    override fun select(uri: URI) = listOf(proxy)

    override fun connectFailed(uri: URI, address: SocketAddress, failure: IOException) = Unit
}

private suspend fun withSystemProxy(proxy: Proxy, body: suspend () -> Unit) {
    val before = ProxySelector.getDefault()
    ProxySelector.setDefault(Selector(proxy))
    try {
        body()
    } finally {
        ProxySelector.setDefault(before)
    }
}

private fun trusting(certificate: ByteArray): OkHttpClient {
    val store = KeyStore.getInstance(KeyStore.getDefaultType()).apply { load(null) }
    val factory = CertificateFactory.getInstance("X.509")
    store.setCertificateEntry("sandbox", factory.generateCertificate(certificate.inputStream()))
    val trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).apply { init(store) }
    val context = SSLContext.getInstance("TLS").apply { init(null, trust.trustManagers, null) }
    return OkHttpClient.Builder()
        .sslSocketFactory(context.socketFactory, trust.trustManagers.first() as X509TrustManager)
        .build()
}
