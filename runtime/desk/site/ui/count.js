// count puts a number before what is counted: "1 alert", "3 alerts".
export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}
