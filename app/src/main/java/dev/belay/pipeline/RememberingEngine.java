package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An engine that is asked each question once. For a look that has no effects: what it says is then of one moment, and
 * takes no longer than it must. Never for a run, which has to see what it has changed.
 */
final class RememberingEngine {
    private static final Set<String> QUESTIONS = Set.of(
            "info",
            "containers",
            "runningContainers",
            "container",
            "networks",
            "network",
            "volumes",
            "volume",
            "image");

    private final Engine engine;
    private final Map<List<Object>, Object> answers = new HashMap<>();

    private RememberingEngine(Engine engine) {
        this.engine = engine;
    }

    static Engine around(Engine engine) {
        RememberingEngine memory = new RememberingEngine(engine);
        return (Engine) Proxy.newProxyInstance(
                RememberingEngine.class.getClassLoader(),
                new Class<?>[] {Engine.class},
                (proxy, method, arguments) -> memory.answer(method, arguments));
    }

    private @Nullable Object answer(Method method, Object @Nullable [] arguments) throws Throwable {
        if (!QUESTIONS.contains(method.getName())) {
            return ask(method, arguments);
        }
        List<Object> question = new ArrayList<>(List.of(method.getName()));
        question.addAll(arguments == null ? List.of() : Arrays.asList(arguments));
        Object known = answers.get(question);
        if (known == null) {
            known = ask(method, arguments);
            answers.put(question, known);
            if (known instanceof Collection<?> many) {
                many.forEach(this::alsoByName);
            }
        }
        return known;
    }

    private Object ask(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(engine, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** A list holds the same documents as questions for one of them. */
    private void alsoByName(Object document) {
        if (document instanceof ContainerDocument container) {
            answers.putIfAbsent(List.of("container", container.name()), Optional.of(container));
            answers.putIfAbsent(List.of("container", container.id()), Optional.of(container));
        }
    }
}
