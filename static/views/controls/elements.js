export const byId = (id) => document.getElementById(id)

export function element(name, className = '', children = []) {
  const node = document.createElement(name)
  node.className = className
  node.append(...children)
  return node
}
