package feishu.corehr.tests

import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

/**
 * Answers every request with the same bytes; null: never, and empty: closes. [greeting] is sent to who has not asked yet;
 * an empty one closes. [closes] says whether an answer is the last one of its connection.
 */
class Server(
    private val answer: String?,
    private val greeting: String? = null,
    private val closes: Boolean = false,
) : AutoCloseable {
    private val listener = ServerSocket(0)
    val port = listener.localPort
    val url = "http://127.0.0.1:$port/"
    val requests = AtomicInteger()
    val connections = AtomicInteger()

    /** Is at 0 as soon as somebody was greeted. */
    val greeted = CountDownLatch(1)

    /** How many connections the client has closed by itself. */
    val left = AtomicInteger()

    @Volatile var last = ""

    init {
        thread(isDaemon = true) {
            runCatching {
                while (true) {
                    val socket = listener.accept()
                    connections.incrementAndGet()
                    thread(isDaemon = true) { runCatching { socket.use { serve(it) } } }
                }
            }
        }
    }

    override fun close() = listener.close()

    private fun serve(socket: Socket) {
        val input = socket.getInputStream().bufferedReader()
        if (greeting != null) {
            socket.getOutputStream().write(greeting.toByteArray())
            if (greeting.isEmpty()) {
                socket.shutdownOutput()
            }
            greeted.countDown()
        }
        while (true) {
            val head = generateSequence { input.readLine() }.takeWhile { it.isNotEmpty() }.toList()
            if (head.isEmpty()) {
                left.incrementAndGet()
                return
            }
            val length = head.firstOrNull { it.startsWith("content-length", true) }?.substringAfter(":")?.trim()?.toInt()
            repeat(length ?: 0) { input.read() }
            last = head.joinToString("\n")
            requests.incrementAndGet()
            if (answer == "") {
                return
            }
            answer?.let { socket.getOutputStream().write(it.toByteArray()) }
            if (closes) {
                return
            }
        }
    }
}

/** An answer without headers of its own. */
const val PLAIN = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
