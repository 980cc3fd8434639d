package io.github.ratelimit.apps

import io.github.ratelimit.Key
import io.github.ratelimit.registry.LimitRegistry
import io.github.ratelimit.store.LimitStore
import io.github.ratelimit.RateLimitExceededException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.receiveAsFlow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.assertj.core.api.Assertions.assertThatIllegalStateException
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.boot.builder.SpringApplicationBuilder
import org.springframework.context.annotation.Configuration
import org.springframework.context.annotation.Import

/** Suspend functions and flows are limited, followed to their end and settled. */
class KotlinTests {

	private val context = SpringApplicationBuilder(Application::class.java).web(WebApplicationType.NONE)
		.run(
			"--ratelimit.limits.slots.max-concurrent=1", "--ratelimit.limits.slots.key=global",
			"--ratelimit.limits.tokens.rate=$BUDGET/d", "--ratelimit.limits.tokens.key=global",
			"--ratelimit.limits.tokens.cost=$RESERVED", "--ratelimit.limits.nothing.rate=1/d",
			"--ratelimit.limits.nothing.key=global", "--ratelimit.limits.plenty.rate=100/d",
			"--ratelimit.limits.plenty.key=global", "--spring.main.banner-mode=off", "--logging.level.root=warn"
		)

	private val model = context.getBean(KotlinModel::class.java)

	@AfterEach
	fun stop() = context.close()

	@Test
	fun `a suspend function is limited by its own argument`() = runBlocking<Unit> {
		assertThat(model.perUser("ann")).isEqualTo("hello ann")
		assertThat(model.perUser("ann", "hi")).isEqualTo("hi ann")
		assertThatExceptionOfType(RateLimitExceededException::class.java).isThrownBy {
			runBlocking { model.perUser("ann") }
		}
		assertThat(model.perUser("bob")).isEqualTo("hello bob")
	}

	@Test
	fun `limits of suspend functions are named after the source code`() {
		assertThat(context.getBean(LimitRegistry::class.java).all().map { it.limit().name() })
			.contains("KotlinModel.perUser", "KotlinModel.getProperty")
		assertThat(context.getBean(LimitRegistry::class.java).get("plenty").boundTo())
			.contains("KotlinClass.greet", "KotlinClass.named")
			.noneMatch { it.contains("\$default") || it.contains("\$suspendImpl") }
	}

	@Test
	fun `methods that the compiler adds to a class are not limited`() = runBlocking<Unit> {
		val limited = context.getBean(KotlinClass::class.java)
		assertThat(limited.greet()).isEqualTo("hello you")
		assertThat(limited.named()).isEqualTo("hello you")
		assertThat(context.getBean(LimitRegistry::class.java).get("plenty").statistics().allowed()).isEqualTo(2)
	}

	@Test
	fun `a suspend function keeps its slot until its continuation completes`() = runBlocking<Unit> {
		val held = async(start = CoroutineStart.UNDISPATCHED) { model.held("first") }
		assertThat(occupied()).isEqualTo(1)
		assertThatExceptionOfType(RateLimitExceededException::class.java).isThrownBy {
			runBlocking { model.held("second") }
		}
		model.gate.complete(Unit)
		assertThat(held.await()).isEqualTo("first")
		assertThat(occupied()).isZero()
		assertThat(model.held("third")).isEqualTo("third")
	}

	@Test
	fun `a suspend function that fails or is cancelled releases its slot`() = runBlocking<Unit> {
		repeat(2) {
			assertThatIllegalStateException().isThrownBy { runBlocking { model.failing() } }.withMessage("failed")
		}
		val held = launch(start = CoroutineStart.UNDISPATCHED) { model.held("cancelled") }
		assertThat(occupied()).isEqualTo(1)
		held.cancel()
		held.join()
		assertThat(occupied()).isZero()
	}

	@Test
	fun `a suspend function is settled by its result`() = runBlocking<Unit> {
		model.ask(Answer("", 3))
		assertThat(paid()).isEqualTo(3)
		model.ask(Answer("", 0))
		model.ask(null)
		assertThat(paid()).isEqualTo(3 + 2 * RESERVED)
		assertThatIllegalStateException().isThrownBy { runBlocking { model.askInVain() } }
		assertThat(paid()).isEqualTo(3 + 2 * RESERVED)
	}

	@Test
	fun `a flow is settled by its last usage and releases its slot at its end`() = runBlocking<Unit> {
		val answers = flowOf(Answer("a", 4), Answer("b", 7), Answer("c", null), Answer("d", 0))
		val stream = model.stream(answers)
		assertThat(occupied()).isEqualTo(1)
		assertThat(stream.toList().map { it.text }).containsExactly("A", "B", "C", "D")
		assertThat(paid()).isEqualTo(7)
		assertThat(occupied()).isZero()
	}

	@Test
	fun `a cancelled flow pays the last usage`() = runBlocking<Unit> {
		val answers = Channel<Answer>()
		val stream = model.stream(answers.receiveAsFlow())
		val collected = Channel<Answer>(1)
		val collecting = launch { stream.collect { collected.send(it) } }
		answers.send(Answer("a", 6))
		collected.receive()
		assertThat(occupied()).isEqualTo(1)
		collecting.cancel()
		collecting.join()
		assertThat(occupied()).isZero()
		assertThat(paid()).isEqualTo(6)
	}

	@Test
	fun `a flow whose collector stops early pays the last usage`() = runBlocking<Unit> {
		val endless = flow { while (true) emit(Answer("a", 5)) }
		assertThat(model.stream(endless).take(2).toList()).hasSize(2)
		assertThat(paid()).isEqualTo(5)
		assertThat(occupied()).isZero()
	}

	@Test
	fun `a flow that fails midway pays for what it delivered`() = runBlocking<Unit> {
		val broken = flow<Answer> { throw IllegalStateException("broken") }
		assertThatIllegalStateException().isThrownBy { runBlocking { model.stream(broken).toList() } }
		assertThat(paid()).isZero()
		val brokenLater = flow { emit(Answer("a", null)); throw IllegalStateException("broken") }
		assertThatIllegalStateException().isThrownBy { runBlocking { model.stream(brokenLater).toList() } }
		assertThat(paid()).isEqualTo(RESERVED)
		assertThat(occupied()).isZero()
	}

	@Test
	fun `a flow of a suspend function is followed to its end`() = runBlocking<Unit> {
		val stream = model.streamLater(flowOf(Answer("a", 1)))
		assertThat(occupied()).isEqualTo(1)
		assertThat(stream.toList()).hasSize(1)
		assertThat(occupied()).isZero()
	}

	@Test
	fun `a flow runs in the coroutine of its collector`() = runBlocking<Unit> {
		withContext(Trace("t1") + Dispatchers.Default) {
			assertThat(model.traced().toList()).containsExactly("t1")
		}
	}

	@Test
	fun `the fallback of a refused function is called`() = runBlocking<Unit> {
		assertThat(model.find("ann")).isEqualTo(3)
		assertThat(model.find("ann")).isEqualTo(-4)
		assertThat(model.findOrPlain("ann")).isEqualTo(-3)
		assertThat(model.findAll("ann").toList()).containsExactly("cached ann")
		model.forget("ann")
	}

	private fun occupied(): Long = 1 - remaining("slots", 1)

	private fun paid(): Long = BUDGET - remaining("tokens", BUDGET)

	private fun remaining(limit: String, otherwise: Long): Long {
		val store = context.getBean(LimitStore::class.java)
		val registered = context.getBean(LimitRegistry::class.java).get(limit)
		return store.find(registered.handle(), Key.GLOBAL).map { it.remaining() }.orElse(otherwise)
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(KotlinModel::class, KotlinClass::class)
	class Application

	companion object {

		private const val BUDGET = 100L

		private const val RESERVED = 10L

	}

}
