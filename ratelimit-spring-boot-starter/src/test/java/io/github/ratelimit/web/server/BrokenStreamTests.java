package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Response;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.util.ReflectionTestUtils;

/**
 * A stream of a disconnected client holds nothing, even if the container does not notify
 * its listeners. There is no timeout that would release the slot in the end.
 */
class BrokenStreamTests {

	private static final int SLOTS = 5;

	/** Jetty drops failures while one of its own threads handles the request. */
	@ParameterizedTest
	@CsvSource({ "tomcat, /broken/servlet", "tomcat, /broken/servlet?by=writer", "tomcat, /broken/sse",
			"tomcat, /broken/early", "jetty, /broken/servlet", "jetty, /broken/servlet?by=writer", "jetty, /broken/sse",
			"jetty, /broken/early" })
	void aStreamThatBreaksOutsideAThreadOfItsContainerHoldsNothing(String name, String path) throws Exception {
		try (RunningServer server = start(name)) {
			disconnect(server, path + (path.contains("?") ? "&" : "?") + "held=in-filters", Leaving.now());
			await().atMost(Duration.ofSeconds(10)).until(() -> free(server) == SLOTS);
		}
	}

	/** Tomcat recycles such a request before it notifies its listeners. */
	@ParameterizedTest
	@ValueSource(strings = { "/broken/servlet", "/broken/sse" })
	void aStreamThatBreaksWhileTomcatLeavesItHoldsNothing(String path) throws Exception {
		try (RunningServer server = start("tomcat")) {
			disconnect(server, path + "?held=by-tomcat", server.bean(Leaving.class));
			await().atMost(Duration.ofSeconds(10)).until(() -> free(server) == SLOTS);
		}
	}

	private static RunningServer start(String name) {
		return RunningServer.withoutSecurity(name.equals("tomcat") ? OnTomcat.class : BrokenStreams.class,
				OneWebServer.PROPERTY + "=" + name, "logging.level.org.eclipse.jetty=error",
				"ratelimit.limits.slots.max-concurrent=" + SLOTS, "ratelimit.limits.slots.key=global",
				"ratelimit.http.rules[0].path=/broken/**", "ratelimit.http.rules[0].limits=slots");
	}

	private static void disconnect(RunningServer server, String path, Leaving leaving) throws Exception {
		try (Socket socket = server.open("GET", path)) {
			assertThat(socket.getInputStream().readNBytes(100_000)).hasSize(100_000);
			assertThat(free(server)).isEqualTo(SLOTS - 1);
			while (leaving.reached().getCount() > 0) {
				assertThat(socket.getInputStream().readNBytes(10_000)).isNotEmpty();
			}
			socket.setSoLinger(true, 0);
		}
	}

	private static long free(RunningServer server) {
		Limit slots = server.bean(LimitRegistry.class).get("slots").limit();
		return server.bean(LimitStore.class)
			.find(Handles.of(slots), Key.GLOBAL)
			.map(KeyState::remaining)
			.orElse((long) SLOTS);
	}

	/**
	 * The progress of the container's thread.
	 *
	 * @param reached open when it is about to leave the request
	 */
	record Leaving(CountDownLatch reached) {

		static Leaving now() {
			return new Leaving(new CountDownLatch(0));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnTomcat extends BrokenStreams {

		@Bean
		Leaving leaving() {
			return new Leaving(new CountDownLatch(1));
		}

		/**
		 * Lets the stream fail when Tomcat has just checked whether to report an error,
		 * and before it checks whether there is an error that closes the connection.
		 */
		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> holdingTomcat(Leaving leaving) {
			return (factory) -> factory.addEngineValves(new ValveBase(true) {

				@Override
				public void invoke(org.apache.catalina.connector.Request request,
						org.apache.catalina.connector.Response response)
						throws IOException, jakarta.servlet.ServletException {
					getNext().invoke(request, response);
					if ("by-tomcat".equals(request.getParameter("held"))) {
						hold(response.getCoyoteResponse(), BrokenStreams.failed(request), leaving);
					}
				}

			});
		}

		private static void hold(Response response, Object failed, Leaving leaving) {
			ActionHook processor = (ActionHook) ReflectionTestUtils.getField(response, "hook");
			Thread container = Thread.currentThread();
			ReflectionTestUtils.setField(response, "hook", (ActionHook) (code, parameter) -> {
				if (code == ActionCode.IS_ERROR && Thread.currentThread() == container) {
					leaving.reached().countDown();
					BrokenStreams.awaitFailure(failed);
				}
				processor.action(code, parameter);
			});
		}

	}

}
