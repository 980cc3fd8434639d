package io.github.ratelimit.apps

import io.github.ratelimit.RateLimitExceededException
import io.github.ratelimit.RateLimited
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.yield
import org.springframework.stereotype.Component
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext

data class Answer(val text: String, val tokens: Long?)

/** Context that a coroutine propagates, such as a trace or a security context. */
class Trace(val id: String) : AbstractCoroutineContextElement(Trace) {

	companion object Key : CoroutineContext.Key<Trace>

}

/** Limited methods as Kotlin's compiler generates them. */
@Component
class KotlinModel {

	/** In-flight calls wait for it. */
	var gate = CompletableDeferred<Unit>()

	@RateLimited(rate = "2/h", key = "#userId")
	suspend fun perUser(userId: String, greeting: String = "hello"): String {
		yield()
		return "$greeting $userId"
	}

	@RateLimited("slots")
	suspend fun held(text: String): String {
		gate.await()
		return text
	}

	@RateLimited("slots")
	suspend fun failing(): String {
		yield()
		throw IllegalStateException("failed")
	}

	@RateLimited("tokens", settle = "#result.tokens")
	suspend fun ask(answer: Answer?): Answer? {
		yield()
		return answer
	}

	@RateLimited("tokens", settle = "#result.tokens")
	suspend fun askInVain(): Answer {
		yield()
		throw IllegalStateException("failed")
	}

	@RateLimited("tokens", "slots", settle = "#result.tokens")
	fun stream(answers: Flow<Answer>): Flow<Answer> = answers.map { it.copy(text = it.text.uppercase()) }

	@RateLimited("slots")
	suspend fun streamLater(answers: Flow<Answer>): Flow<Answer> {
		yield()
		return answers
	}

	@RateLimited("slots")
	fun traced(): Flow<String?> = flow { emit(currentCoroutineContext()[Trace]?.id) }

	@RateLimited("nothing", fallback = "cached")
	suspend fun find(name: String): Int = name.length

	private suspend fun cached(name: String, refusal: RateLimitExceededException): Int {
		yield()
		return -refusal.decision().violated().size - name.length
	}

	@RateLimited("nothing", fallback = "cachedPlainly")
	suspend fun findOrPlain(name: String): Int = name.length

	private fun cachedPlainly(name: String): Int = -name.length

	@RateLimited("nothing", fallback = "cachedFlow")
	fun findAll(name: String): Flow<String> = flow { emit(name) }

	private fun cachedFlow(name: String): Flow<String> = flow { emit("cached $name") }

	@RateLimited("nothing", fallback = "forgotten")
	suspend fun forget(name: String) {
		gate.await()
	}

	private suspend fun forgotten(name: String) {
		yield()
	}

	@get:RateLimited(rate = "1/h", key = "global")
	val property: String
		get() = "value"

}

/** A class with limited methods, to which the compiler adds others. */
@Component
@RateLimited("plenty")
class KotlinClass {

	suspend fun greet(name: String = "you"): String = "hello $name"

	fun named(name: String = "you"): String = listOf(name).joinToString { "hello $it" }

	internal fun hidden(): String = "hidden"

}
