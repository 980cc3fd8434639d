package io.github.ratelimit.web.server;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Streams that are sent until sending fails, without a timeout, and the moment at which
 * the container's own thread leaves their request.
 */
@Configuration(proxyBeanMethods = false)
class BrokenStreams {

	private static final String FILLER = "x".repeat(64 * 1024);

	private static final String FAILED = "test.failed";

	/** Keeps the container's thread in the filters until the stream has failed. */
	@Bean
	FilterRegistrationBean<Filter> holder() {
		return new FilterRegistrationBean<>((request, response, chain) -> {
			chain.doFilter(request, response);
			if ("in-filters".equals(request.getParameter("held"))) {
				awaitFailure(request.getAttribute(FAILED));
			}
		});
	}

	static void awaitFailure(Object failed) {
		try {
			if (failed instanceof CountDownLatch latch && !latch.await(20, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The stream does not fail");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static Object failed(HttpServletRequest request) {
		return request.getAttribute(FAILED);
	}

	@Bean
	ServletRegistrationBean<HttpServlet> brokenServlet() {
		ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(new HttpServlet() {

			@Override
			protected void doGet(HttpServletRequest request, HttpServletResponse response) {
				byte[] chunk = FILLER.getBytes(StandardCharsets.US_ASCII);
				boolean text = "writer".equals(request.getParameter("by"));
				AsyncContext async = request.startAsync();
				async.setTimeout(0);
				untilItFails(request, () -> {
					if (text) {
						response.getWriter().write(FILLER);
						if (response.getWriter().checkError()) {
							throw new IOException("The writer says so");
						}
					}
					else {
						response.getOutputStream().write(chunk);
					}
				});
			}

		}, "/broken/servlet");
		registration.setAsyncSupported(true);
		return registration;
	}

	private static void untilItFails(HttpServletRequest request, LastingRequests.Task sending) {
		CountDownLatch failed = new CountDownLatch(1);
		request.setAttribute(FAILED, failed);
		Thread thread = new Thread(() -> {
			try {
				while (true) {
					sending.run();
				}
			}
			catch (Exception ex) {
				failed.countDown();
			}
		});
		thread.setDaemon(true);
		thread.start();
	}

	@RestController
	static class Handlers {

		@GetMapping("/broken/sse")
		SseEmitter sse(HttpServletRequest request) {
			SseEmitter emitter = new SseEmitter(0L);
			untilItFails(request, () -> emitter.send(FILLER));
			return emitter;
		}

		/** The container's thread sends it after the method has returned. */
		@GetMapping("/broken/early")
		SseEmitter early() throws IOException {
			SseEmitter emitter = new SseEmitter(0L);
			for (int i = 0; i < 500; i++) {
				emitter.send(FILLER);
			}
			return emitter;
		}

	}

}
