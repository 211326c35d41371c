package feishu.corehr

import okhttp3.Headers
import okhttp3.Interceptor
import okhttp3.Response
import java.net.ProtocolException

/** The answer to a request, with a head that can be only one thing. OkHttp takes some that cannot, and guesses. */
internal fun headOf(chain: Interceptor.Chain): Response {
    val response = try {
        chain.proceed(chain.request())
    } catch (error: RuntimeException) {
        // At a status below 0, for instance. Thrown on, it would end an app on Android.
        throw ProtocolException("the head cannot be read: ${error.javaClass.name}")
    }
    val problem = problem(response.headers)
    if (problem != null) {
        response.close()
        throw ProtocolException(problem)
    }
    return response
}

/** What is wrong with a head; nothing if it is fine. */
private fun problem(headers: Headers): String? {
    val lengths = headers.values("content-length").distinct()
    val codings = headers.values("transfer-encoding")
    return when {
        // A folded line is one without a name here.
        headers.any { (name, value) -> !isToken(name) || value.any(::isControl) } -> "a header line is malformed"
        lengths.size > 1 || lengths.any { !isLength(it) } -> "the length is malformed"
        codings.size > 1 || codings.any { !it.equals("chunked", ignoreCase = true) } -> "an unknown transfer coding"
        lengths.isNotEmpty() && codings.isNotEmpty() -> "two kinds of length at once"
        else -> null
    }
}

private fun isToken(name: String): Boolean = name.isNotEmpty() && name.all { it in '!'..'~' && it !in "\"(),/:;<=>?@[\\]{}" }

private fun isControl(letter: Char): Boolean = letter < ' ' && letter != '\t' || letter == '\u007f'

private fun isLength(text: String): Boolean = text.all { it in '0'..'9' } && text.toLongOrNull() != null
