package io.github.ratelimit.web.server;

import io.github.ratelimit.Permit;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.TestThreads;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Handlers that respond in every way that Spring MVC supports, and fail in every way. */
@Configuration(proxyBeanMethods = false)
class LastingRequests {

	/** A filler that quickly fills the buffers between server and client. */
	private static final String FILLER = "x".repeat(64 * 1024);

	@Bean
	Model model() {
		return new Model();
	}

	@Bean
	ServletRegistrationBean<HttpServlet> asyncServlet() {
		ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(new HttpServlet() {

			@Override
			protected void doGet(HttpServletRequest request, HttpServletResponse response) {
				boolean again = request.getDispatcherType() == DispatcherType.ASYNC;
				AsyncContext async = request.startAsync();
				switch (again ? "completes" : String.valueOf(request.getParameter("ends"))) {
					case "completes" -> async.start(async::complete);
					case "times-out" -> async.setTimeout(50);
					case "starts-again" -> async.start(async::dispatch);
					default -> throw new IllegalArgumentException("No such end");
				}
			}

		}, "/life/servlet");
		registration.setAsyncSupported(true);
		return registration;
	}

	static final class Model {

		final AtomicInteger running = new AtomicInteger();

		/** Opened by tests that observe in-flight requests. */
		volatile CountDownLatch gate = new CountDownLatch(0);

		void await() {
			this.running.incrementAndGet();
			try {
				if (!this.gate.await(20, TimeUnit.SECONDS)) {
					throw new IllegalStateException("Nobody opened the gate");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			finally {
				this.running.decrementAndGet();
			}
		}

		void inBackground(Task task) {
			Thread thread = new Thread(() -> {
				try {
					await();
					task.run();
				}
				catch (Exception ex) {
					Thread.currentThread().interrupt();
				}
			});
			thread.setDaemon(true);
			thread.start();
		}

	}

	interface Task {

		void run() throws Exception;

	}

	@RestController
	static class Handlers {

		private final Model model;

		Handlers(Model model) {
			this.model = model;
		}

		@GetMapping("/life/plain")
		String plain(Permit permit, @RequestParam(defaultValue = "-1") long actual) {
			this.model.await();
			if (actual >= 0) {
				permit.settle(actual);
			}
			return "plain";
		}

		@GetMapping("/life/object")
		Chunk object() {
			return new Chunk("object", 1);
		}

		@GetMapping("/life/unwritable")
		Unwritable unwritable() {
			return new Unwritable("text");
		}

		@GetMapping("/life/file")
		ResponseEntity<Resource> file() {
			return ResponseEntity.ok().lastModified(1_700_000_000_000L).body(new ByteArrayResource(new byte[3]));
		}

		@GetMapping("/life/attribute")
		String attribute(HttpServletRequest request, @RequestParam long usage) {
			request.setAttribute("usage", usage);
			return "attribute";
		}

		@GetMapping("/life/throws")
		String fails(Permit permit, @RequestParam(defaultValue = "0") long spent) {
			permit.spend(spent);
			throw new IllegalStateException("The application's own failure");
		}

		@GetMapping("/life/handled")
		String handled() {
			throw new UnsupportedOperationException("The application handles it");
		}

		@ExceptionHandler
		ResponseEntity<String> handle(UnsupportedOperationException ex) {
			return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body("handled");
		}

		@ExceptionHandler
		ResponseEntity<Chunk> handle(WrongPassword ex) {
			return ResponseEntity.status(HttpStatus.UNAUTHORIZED).body(new Chunk("no", null));
		}

		@GetMapping("/life/status")
		String status(@RequestParam int status) {
			throw new ResponseStatusException(HttpStatus.valueOf(status));
		}

		@GetMapping("/life/error")
		void sendsError(@RequestParam int status, HttpServletResponse response) throws IOException {
			response.sendError(status);
		}

		@GetMapping("/life/covered")
		@RateLimited("one")
		public String covered() {
			return "covered";
		}

		@GetMapping("/life/login")
		Object login(@RequestParam String as, HttpServletResponse response) throws IOException {
			this.model.await();
			return switch (as) {
				case "alice" -> "welcome";
				case "status" -> ResponseEntity.status(HttpStatus.UNAUTHORIZED).body("no");
				case "exception" -> throw new ResponseStatusException(HttpStatus.UNAUTHORIZED);
				case "advised" -> throw new WrongPassword();
				case "later" -> CompletableFuture.failedFuture(new ResponseStatusException(HttpStatus.UNAUTHORIZED));
				case "error" -> {
					response.sendError(401);
					yield null;
				}
				default -> throw new IllegalStateException("The application's own failure");
			};
		}

		@GetMapping("/life/callable")
		Callable<String> callable(@RequestParam(defaultValue = "false") boolean fails) {
			return () -> {
				this.model.await();
				if (fails) {
					throw new IllegalStateException("The application's own failure");
				}
				return "callable";
			};
		}

		@GetMapping("/life/deferred")
		DeferredResult<String> deferred(@RequestParam String ends) {
			DeferredResult<String> result = new DeferredResult<>(ends.equals("times-out") ? 50L : 20_000L);
			this.model.inBackground(() -> {
				switch (ends) {
					case "completes" -> result.setResult("deferred");
					case "fails" -> result.setErrorResult(new IllegalStateException("The application's own failure"));
					case "refuses" -> result.setErrorResult(new ResponseStatusException(HttpStatus.UNAUTHORIZED));
					default -> {
					}
				}
			});
			return result;
		}

		@GetMapping("/life/future")
		CompletableFuture<String> future(@RequestParam(defaultValue = "false") boolean fails) {
			return TestThreads.call(() -> {
				this.model.await();
				if (fails) {
					throw new IllegalStateException("The application's own failure");
				}
				return "future";
			});
		}

		@GetMapping("/life/sse")
		SseEmitter sse(Permit permit, @RequestParam String ends, @RequestParam(defaultValue = "3") int chunks) {
			SseEmitter emitter = new SseEmitter(ends.equals("times-out") ? 100L : 20_000L);
			stream(emitter, (chunk) -> emitter.send(SseEmitter.event().data(chunk)), permit, ends, chunks);
			return emitter;
		}

		/** A thread of the container sends everything. */
		@GetMapping("/life/early")
		SseEmitter early(Permit permit) throws IOException {
			SseEmitter emitter = new SseEmitter(20_000L);
			for (int i = 0; i < 500; i++) {
				emitter.send(SseEmitter.event().data(FILLER));
				permit.spend(2);
			}
			return emitter;
		}

		@GetMapping("/life/emitter")
		ResponseBodyEmitter emitter(Permit permit, @RequestParam String ends,
				@RequestParam(defaultValue = "3") int chunks) {
			ResponseBodyEmitter emitter = new ResponseBodyEmitter(20_000L);
			stream(emitter, emitter::send, permit, ends, chunks);
			return emitter;
		}

		private void stream(ResponseBodyEmitter emitter, Sender sender, Permit permit, String ends, int chunks) {
			this.model.inBackground(() -> {
				try {
					for (int i = 0; i < chunks || ends.equals("endless"); i++) {
						sender.send(ends.equals("endless") ? FILLER : "chunk");
						if (!ends.equals("silent")) {
							permit.spend(2);
						}
					}
				}
				catch (IOException | IllegalStateException ex) {
					emitter.completeWithError(ex);
					return;
				}
				switch (ends) {
					case "completes", "silent" -> emitter.complete();
					case "settles" -> {
						permit.settle(5);
						emitter.complete();
					}
					case "fails" -> emitter.completeWithError(new IllegalStateException("The model broke off"));
					default -> {
					}
				}
			});
		}

		@GetMapping("/life/body")
		StreamingResponseBody body(Permit permit, @RequestParam String ends) {
			return (out) -> {
				this.model.await();
				for (int i = 0; i < 3 || ends.equals("endless"); i++) {
					write(out, ends.equals("endless") ? FILLER : "chunk");
					permit.spend(2);
				}
				if (ends.equals("fails")) {
					throw new IllegalStateException("The model broke off");
				}
			};
		}

		private static void write(OutputStream out, String chunk) throws IOException {
			out.write(chunk.getBytes(StandardCharsets.UTF_8));
			out.flush();
		}

		@GetMapping(path = "/life/flux", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		@RateLimited(value = "tokens", settle = "#result.tokens")
		public Flux<Chunk> flux(@RequestParam String ends) {
			Flux<Chunk> chunks = switch (ends) {
				case "endless" ->
					Flux.interval(Duration.ofMillis(1)).onBackpressureDrop().map((i) -> new Chunk(FILLER, 7));
				case "fails-at-once" -> Flux.empty();
				default -> Flux.just(new Chunk("a", null), new Chunk("b", null), new Chunk("c", 4));
			};
			return ends.startsWith("fails")
					? chunks.concatWith(Flux.error(new IllegalStateException("The model broke off"))) : chunks;
		}

		@GetMapping("/life/mono")
		@RateLimited(value = "tokens", settle = "#result.length()")
		public Mono<String> mono() {
			return Mono.just("sixsix").delayElement(Duration.ofMillis(5));
		}

		@GetMapping("/life/entity")
		@RateLimited("tokens")
		public Mono<ResponseEntity<String>> entity(@RequestParam int status) {
			return Mono.just(ResponseEntity.status(status).body("entity"));
		}

	}

	/** Shows a page where a client accepts no answer. */
	@RestController
	static class Pages {

		@GetMapping("/life/page")
		ResponseEntity<Chunk> page(@RequestParam String as) {
			return ResponseEntity.status(as.equals("alice") ? 200 : 401).body(new Chunk(as, null));
		}

		@ExceptionHandler
		ModelAndView handle(HttpMediaTypeNotAcceptableException ex) {
			return new ModelAndView((model, request, response) -> response.setStatus(500));
		}

	}

	@SuppressWarnings("serial")
	static final class WrongPassword extends RuntimeException {

	}

	/**
	 * An element of a model's answer.
	 *
	 * @param text some text
	 * @param tokens the usage, only in the last element
	 */
	record Chunk(String text, Integer tokens) {

	}

	/**
	 * A value that cannot be written as JSON.
	 *
	 * @param text some text
	 */
	record Unwritable(String text) {

		@Override
		public String text() {
			throw new IllegalStateException("The application's own failure");
		}

	}

	interface Sender {

		void send(String chunk) throws IOException;

	}

}
